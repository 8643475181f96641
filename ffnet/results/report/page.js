// Reading needs none of this: tables can be sorted, the contents show where one is.
"use strict";
const worth = cell => {
  const text = cell.firstChild ? cell.firstChild.textContent.trim() : "";
  const number = parseFloat(text.replace(/[<*]/g, "").replace("−", "-"));
  return Number.isNaN(number) ? text : number;
};
const order = (a, b) => a === "" || b === "" ? (a === "") - (b === "") :
  typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", {numeric: true});

for (const table of document.querySelectorAll("figure.table table")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      for (const body of table.tBodies) {
        const rows = [...body.rows].filter(row => !row.classList.contains("group"));
        rows.sort((a, b) => {
          const [first, second] = [a, b].map(row => worth(row.cells[column]));
          return first === "" || second === "" ? order(first, second) : (up ? 1 : -1) * order(first, second);
        });
        body.append(...rows);
      }
    });
  });
}

const links = new Map([...document.querySelectorAll("nav a")].map(link => [link.hash.slice(1), link]));
const seen = new IntersectionObserver(entries => {
  for (const entry of entries.filter(entry => entry.isIntersecting)) {
    links.forEach((link, id) => link.classList.toggle("here", id === entry.target.id));
  }
}, {rootMargin: "-10% 0px -80% 0px"});
document.querySelectorAll("main section").forEach(section => seen.observe(section));
