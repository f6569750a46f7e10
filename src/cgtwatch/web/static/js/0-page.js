// Everything works without this file; it only spares clicks. No inline script is allowed, so behaviour is asked for by attributes.
"use strict";

// <select data-submit>: a choice takes effect at once; the button beside it stays for who has no script.
document.addEventListener("change", (event) => {
  const chosen = event.target.closest("[data-submit]");
  if (chosen && chosen.form) chosen.form.requestSubmit();
});

// <form data-confirm="…">: ask before what cannot be taken back.
document.addEventListener("submit", (event) => {
  const question = event.target.getAttribute("data-confirm");
  if (question && !window.confirm(question)) event.preventDefault();
});
