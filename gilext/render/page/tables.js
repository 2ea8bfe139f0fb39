/* Tables that are sorted by a column, and searched together with the lanes. */

/* What is sorted by: a number, a text, or null for what is unknown, which comes last. */
function keyOf(row, column) {
  const cell = row.cells[column], value = cell.dataset.value;
  if (value === undefined) return cell.textContent.trim().toLowerCase();
  return value === "" ? null : Number(value);
}

function compared(first, second) {
  if (first === null || second === null) return (first === null) - (second === null);
  return typeof first === "number" ? first - second : first.localeCompare(second);
}

function sortBy(table, column) {
  const head = table.tHead.rows[0].cells[column], body = table.tBodies[0];
  const isText = column === 0;
  const first = isText ? "ascending" : "descending", other = isText ? "descending" : "ascending";
  const order = head.getAttribute("aria-sort") === first ? other : first;
  for (const cell of table.tHead.rows[0].cells) cell.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", order);
  const keyed = Array.from(body.rows, (row) => [keyOf(row, column), row]);
  keyed.sort(([one], [another]) => order === "ascending" || one === null || another === null
    ? compared(one, another) : compared(another, one));
  body.append(...keyed.map(([, row]) => row));
}

for (const table of document.querySelectorAll("table.sorted")) {
  table.tHead.addEventListener("click", (event) => {
    const head = event.target.closest("button")?.parentElement;
    if (head) sortBy(table, head.cellIndex);
  });
  table.tBodies[0].addEventListener("click", (event) => {
    const { process, stall, pause } = event.target.dataset;
    if (process === undefined) return;
    const found = processes[Number(process)];
    if (stall !== undefined) showFound(foundStall(found, found.stalls[Number(stall)]));
    else if (pause !== undefined) showFound(foundPause(found, found.pauses[Number(pause)]));
    else showProcess(found);
    frame.scrollIntoView({ block: "nearest" });
  });
}

/* Leave the rows and lanes with a text in them; all lanes, if it isn't in any. */
function searchFor(text) {
  const wanted = text.trim().toLowerCase();
  for (const row of document.querySelectorAll("table.sorted tbody tr")) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
  }
  chooseRowsWith(wanted);
  frame.scrollTop = 0;
  tell("", 0, 0);
  drawSoon();
}

const search = document.getElementById("search");
search.addEventListener("input", () => searchFor(search.value));
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target === search) return;
  event.preventDefault();
  search.focus();
});
