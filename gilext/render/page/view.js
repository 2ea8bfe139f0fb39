/* What is seen of the lanes, and what lies under the pointer: by mouse, finger and keyboard. */

const hint = document.getElementById("hint");

function show(from, to) {
  const span = Math.min(total, Math.max(SHORTEST, to - from));
  view.from = Math.max(0, Math.min(from, total - span));
  view.to = view.from + span;
  drawSoon();
}

function zoom(factor, time = (view.from + view.to) / 2) {
  show(time - (time - view.from) * factor, time + (view.to - time) * factor);
}

function move(part) {
  const distance = part * (view.to - view.from);
  show(view.from + distance, view.to + distance);
}

function stallText(process, stall) {
  const waits = stall.victims.map((victim) => `${victim.name} waited ` +
    lengthText(victim.seconds) + (victim.place && ` at ${victim.place}`));
  if (stall.more > 0) waits.push(`${stall.more} more waited`);
  const task = stall.task && `, task ${stall.task}`;
  return [`${nameOf(process, process.threads[stall.lane])}${task}: stall of ` +
    `${lengthText(stall.seconds)} from ${stall.start.toFixed(6)} s`,
    ...stall.stack.map((number) => `  ${DATA.frames[number]}`), ...waits].join("\n");
}

function nameOf(process, thread) {
  return DATA.isSingle ? thread : `${process.name}, ${thread}`;
}

/* What a row did around a time: its hold, and what its bucket of time adds up to. */
function rowText(row, time, near) {
  const { held, waited, released } = seriesOfRow(row), isSummed = row.process.held.bucketSeconds > 0;
  const name = row.lane === WHOLE ? row.name : nameOf(row.process, row.name);
  const texts = [], hold = spanAt(held, time, isSummed ? 0 : near), bucket = spanAt(waited, time, 0);
  if (hold >= 0 && isSummed) {
    texts.push(`${name} in these ${lengthText(held.spans[hold])}: held ` +
      lengthText(held.amounts[hold]));
  } else if (hold >= 0) {
    texts.push(`${name}: held for ${lengthText(held.spans[hold])} from ` +
      `${held.starts[hold].toFixed(6)} s`);
  }
  if (bucket >= 0) {
    const wait = waited.amounts[bucket], isWait = wait > 0 || row.process.pauses === null;
    texts.push(`${name} in these ${lengthText(waited.spans[bucket])}: ` +
      (isWait ? `waited ${lengthText(wait)}, ` : "") +
      `${row.process.ran} ${lengthText(released.amounts[bucket])}`);
  }
  return texts.join("\n");
}

/* The row under a point; undefined beside all of them. */
function rowAt(y) {
  return y > frame.clientHeight - AXIS ? undefined
    : view.rows[Math.floor((y + frame.scrollTop) / LANE)];
}

/* The process whose name is pointed at, to open or close it. */
function processAt({ offsetX, offsetY }) {
  const row = rowAt(offsetY);
  return row?.lane === WHOLE && offsetX < nameWidth() && view.wanted === "" ? row.process : undefined;
}

/* What lies under a point: a stall, a stop of the world, what a thread did, or nothing. */
function textAt(x, y) {
  const row = rowAt(y);
  if (row === undefined) return "";
  if (x < nameWidth()) return row.name;
  const time = timeAt(x), near = 2 * (view.to - view.from) / canvas.clientWidth;
  const { process, lane } = row;
  for (const stall of between(process.stalls, time - near, time + near)) {
    if (lane === WHOLE || stall.lane === lane) return stallText(process, stall);
  }
  for (const pause of between(process.pauses ?? [], time - near, time + near)) {
    if (lanesOfPause(pause).includes(lane)) return pauseText(process, pause);
  }
  return lane === WORLD ? "" : rowText(row, time, near);
}

function tell(text, x, y) {
  hint.hidden = text === "";
  hint.textContent = text;
  const isRight = x > canvas.clientWidth / 2;
  hint.style.left = isRight ? "" : `${x + 12}px`;
  hint.style.right = isRight ? `${canvas.clientWidth - x + 12}px` : "";
  hint.style.top = `${y + 16}px`;
}

/* Show a row somewhere in the window, and return its place. */
function scrollTo(row) {
  const place = view.rows.indexOf(row), height = frame.clientHeight - AXIS;
  if (place * LANE < frame.scrollTop || (place + 1) * LANE > frame.scrollTop + height) {
    frame.scrollTop = (place + 0.5) * LANE - height / 2;
  }
  return place;
}

/* The row to show a stall or a stop of the world in: that of the process if this is closed. */
function rowOfFound({ process, lanes }) {
  const rows = view.rows.filter((row) => row.process === process);
  return [...lanes, WHOLE].map((lane) => rows.find((row) => row.lane === lane)).find(Boolean);
}

/* Show it in the midst of what is around it, and tell of it. */
function showFound(found) {
  const { span, text } = found, row = rowOfFound(found);
  if (row === undefined) return;
  view.chosen = span;
  const room = Math.max(span.seconds, SHORTEST);
  show(span.start - 2 * room, span.start + 3 * room);
  resize();
  const place = scrollTo(row);
  const x = nameWidth() + (span.start - view.from) / (view.to - view.from)
    * (canvas.clientWidth - nameWidth());
  tell(text(), x, (place + 0.6) * LANE - frame.scrollTop);
}

function foundStall(process, stall) {
  return { process, span: stall, lanes: [stall.lane], text: () => stallText(process, stall) };
}

function foundPause(process, pause) {
  return { process, span: pause, lanes: lanesOfPause(pause),
    text: () => pauseText(process, pause) };
}

const allFound = processes
  .flatMap((process) => [...process.stalls.map((stall) => foundStall(process, stall)),
    ...(process.pauses ?? []).map((pause) => foundPause(process, pause))])
  .sort((one, another) => one.span.start - another.span.start);

/* The next of them, or the one before, of those whose lanes are shown, round and round. */
function step(by) {
  const count = allFound.length, now = allFound.findIndex(({ span }) => span === view.chosen);
  let place = now < 0 && by < 0 ? 0 : now;
  for (let tried = 0; tried < count; tried++) {
    place = (place + by + count) % count;
    if (rowOfFound(allFound[place]) !== undefined) return showFound(allFound[place]);
  }
}

function setOpen(some, isOpen) {
  for (const process of some) {
    if (isOpen) view.open.add(process);
    else view.open.delete(process);
  }
  chooseRows();
  tell("", 0, 0);
  drawSoon();
}

/* Open all processes, or close them if all are open. */
function toggleAll() {
  if (!DATA.isSingle) setOpen(processes, view.open.size < processes.length);
}

function showProcess(process) {
  setOpen([process], true);
  resize();
  scrollTo(view.rows.find((row) => row.process === process));
}

let dragged = null;
canvas.addEventListener("pointerdown", (event) => {
  dragged = { x: event.offsetX, from: view.from, to: view.to };
  canvas.setPointerCapture(event.pointerId);
});
for (const kind of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(kind, () => { dragged = null; });
}
canvas.addEventListener("pointermove", (event) => {
  if (dragged === null) {
    canvas.style.cursor = processAt(event) === undefined ? "" : "pointer";
    return tell(textAt(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
  }
  const width = canvas.clientWidth - nameWidth();
  const distance = (dragged.x - event.offsetX) / width * (dragged.to - dragged.from);
  show(dragged.from + distance, dragged.to + distance);
});
canvas.addEventListener("click", (event) => {
  const process = processAt(event);
  if (process !== undefined) return setOpen([process], !view.open.has(process));
  tell(textAt(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
});
canvas.addEventListener("pointerleave", () => tell("", 0, 0));
canvas.addEventListener("wheel", (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  zoom(Math.exp(event.deltaY * 0.002), timeAt(event.offsetX));
}, { passive: false });

const KEYS = {
  "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "0": () => show(0, total),
  ArrowLeft: () => move(-0.25), ArrowRight: () => move(0.25),
  ArrowUp: () => { frame.scrollTop -= LANE; }, ArrowDown: () => { frame.scrollTop += LANE; },
  n: () => step(1), p: () => step(-1), t: toggleAll, Escape: () => tell("", 0, 0),
};
canvas.addEventListener("keydown", (event) => {
  if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  KEYS[event.key]();
});
for (const [id, key] of [["closer", "+"], ["farther", "-"], ["left", "ArrowLeft"],
  ["right", "ArrowRight"], ["whole", "0"], ["next", "n"], ["threads", "t"]]) {
  document.getElementById(id)?.addEventListener("click", KEYS[key]);
}
frame.addEventListener("scroll", drawSoon);
new ResizeObserver(drawSoon).observe(frame.parentElement);

const system = matchMedia("(prefers-color-scheme: dark)");
system.addEventListener("change", drawSoon);
document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement, now = root.dataset.theme ?? (system.matches ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
  drawSoon();
});
chooseRows();
draw();
