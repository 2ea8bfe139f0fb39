/* Stops of the world: in a lane of their own, in those of the threads that were waited for, and in
   that of the thread that asked. Until the world stands still, a bar is hatched and half as high as
   the solid one from then on, so that no colour is needed to tell them apart. */

function lanesOfPause(pause) {
  return [WORLD, ...pause.waitedFor.map(({ lane }) => lane), pause.asker];
}

function hatching({ context, colour, scale }) {
  const tile = document.createElement("canvas"), size = Math.round(6 * scale);
  tile.width = tile.height = size;
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour.waited;
  pen.lineWidth = 1.5 * scale;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
  }
  pen.stroke();
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / scale));
  return pattern;
}

function drawStopping(drawn, pause, top) {
  const { context, colour } = drawn, half = BAR / 2;
  const [x, width] = barOf(drawn, pause.start, pause.stopping);
  if (width === 0) return;
  context.fillStyle = drawn.hatching ??= hatching(drawn);
  context.fillRect(x, top + half, width, half);
  context.strokeStyle = colour.waited;
  context.strokeRect(x + 0.5, top + half + 0.5, Math.max(width - 1, 1), half - 1);
}

/* All of a stop: what is too short to be seen takes two pixels. */
function drawPause(drawn, pause, top) {
  if (pause.stopped !== null) {
    const standing = barOf(drawn, pause.start + pause.stopping, pause.stopped);
    drawBar(drawn, standing, top, drawn.colour.stalled, "");
  }
  drawStopping(drawn, pause, top);
  if (pause === view.chosen) drawChosen(drawn, barOf(drawn, pause.start, pause.seconds), top);
}

function drawPauses(drawn, { process, lane }, top) {
  for (const pause of between(process.pauses ?? [], view.from, view.to)) {
    const attached = pause.waitedFor.find((one) => one.lane === lane);
    if (lane === WORLD || lane === WHOLE) {
      drawPause(drawn, pause, top);
    } else if (attached !== undefined) {
      const bar = barOf(drawn, pause.start, attached.seconds);
      drawBar(drawn, bar, top, drawn.colour.held, attached.line);
    } else if (lane === pause.asker) {
      drawStopping(drawn, pause, top);
    }
  }
}

/* By whom, why, how long, and waiting for whom. A length of 0 was seen in one sample. */
function pauseText(process, pause) {
  const seen = (seconds) => seconds > 0 ? lengthText(seconds) : "less than two samples";
  const lead = DATA.isSingle ? "" : `${process.name}: `;
  const asker = pause.name || "an unknown thread", why = pause.reason && ` for ${pause.reason}`;
  const still = pause.stopped === null ? "not seen standing still"
    : `stood still for ${seen(pause.stopped)}`;
  const attached = pause.waitedFor.map((one) => `waited for ${one.name}, attached for ` +
    seen(one.seconds) + (one.place && ` at ${one.place}`));
  return [`${lead}stop of the world of ${seen(pause.seconds)} from ` +
    `${pause.start.toFixed(6)} s, asked for by ${asker}${why}`,
    ...pause.stack.map((number) => `  ${DATA.frames[number]}`),
    `stopping for ${seen(pause.stopping)}, ${still}`, ...attached].join("\n");
}
