/* On the landing page: a field for a pasted error, which searches for the message in its last line. */
function message(pasted) {
  const lines = pasted.trim().split("\n").filter((line) => line.trim());
  const last = lines.length ? lines[lines.length - 1] : "";
  const number = last.match(/WinError \d+/i);
  if (number) return number[0];
  const text = last.replace(/^\s*[\w.]*(Error|Exception|Warning):\s*/, "");
  return text.split(". ")[0].replace(/[.\s]+$/, "").slice(0, 100);
}

document.addEventListener("DOMContentLoaded", () => {
  const section = document.getElementById("paste-your-error");
  if (!section) return;
  const form = document.createElement("form");
  form.className = "paste";
  form.innerHTML =
    '<textarea rows="3" aria-label="Your error" placeholder="Paste your traceback here"></textarea>' +
    '<button type="submit">Look it up</button>';
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = message(form.querySelector("textarea").value);
    if (words) location.href = "search.html?q=" + encodeURIComponent(words);
  });
  section.querySelector("h2").after(form);
});
