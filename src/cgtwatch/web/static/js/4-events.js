// <form data-tidy>: empty fields are not sent, so that addresses stay short enough to pass on.
document.addEventListener("formdata", (event) => {
  if (!event.target.hasAttribute("data-tidy")) return;
  for (const [name, value] of [...event.formData.entries()]) if (value === "") event.formData.delete(name);
});
