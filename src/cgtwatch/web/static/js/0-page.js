// Everything works without this file; it only spares clicks. No inline script is allowed, so behaviour is asked for by attributes.
"use strict";

// data-submit, on a control or around some: a choice takes effect at once; the button beside it stays for who has no script.
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-submit]") && event.target.form) event.target.form.requestSubmit();
});

// <form data-confirm="…">: ask before what cannot be taken back.
document.addEventListener("submit", (event) => {
  const question = event.target.getAttribute("data-confirm");
  if (question && !window.confirm(question)) event.preventDefault();
});

// On a phone the pages of the bar scroll by themselves: the present one is brought into view.
const present = document.querySelector(".bar nav [aria-current]");
if (present) {
  const row = present.closest("nav");
  row.scrollLeft = present.offsetLeft - (row.clientWidth - present.offsetWidth) / 2;
}
