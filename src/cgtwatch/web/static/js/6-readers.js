// A field that takes several names between commas: what is suggested is for the last of them. Without this, for the first alone.
"use strict";

// <input list="…" data-many>
document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-many]");
  if (!field || !field.list) return;
  const before = field.value.replace(/[^,;\uff0c\u3001\uff1b]*$/, "");
  for (const option of field.list.options) {
    option.dataset.alone ??= option.value;
    option.value = before ? `${before} ${option.dataset.alone}` : option.dataset.alone;
  }
});
