/* What each lane did over time, as series that answer "how much until then" in one search. They
   are made when a lane is first seen: of many processes, few are. */

/* Numbers that were packed little-endian, whatever this machine is. */
function unpacked(text, Kind, read) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const packed = new DataView(bytes.buffer);
  const size = Kind.BYTES_PER_ELEMENT;
  const numbers = new Kind(bytes.length / size);
  for (let i = 0; i < numbers.length; i++) numbers[i] = read.call(packed, i * size, true);
  return numbers;
}

const doubles = (text) => unpacked(text, Float64Array, DataView.prototype.getFloat64);
const floats = (text) => unpacked(text, Float32Array, DataView.prototype.getFloat32);
const shorts = (text) => unpacked(text, Uint16Array, DataView.prototype.getUint16);
const integers = (text) => unpacked(text, Uint32Array, DataView.prototype.getUint32);

/* Spans one after the other: when each starts, how long it is, how much time of it counts, and
   the sum of that up to each. So how much counts of any time takes two searches, however many
   spans there are. */
function seriesByLane(count, lanes, starts, spans, amounts) {
  const counts = new Uint32Array(count);
  for (const lane of lanes) counts[lane]++;
  const found = Array.from(counts, (length) => ({
    count: 0, starts: new Float64Array(length), spans: new Float64Array(length),
    amounts: new Float64Array(length), sums: new Float64Array(length + 1),
  }));
  for (let i = 0; i < lanes.length; i++) {
    const series = found[lanes[i]], place = series.count++;
    series.starts[place] = starts[i];
    series.spans[place] = spans[i];
    series.amounts[place] = amounts[i];
    series.sums[place + 1] = series.sums[place] + amounts[i];
  }
  return found;
}

/* How many of a series' spans start at or before a time. */
function countUntil(series, time) {
  let low = 0, high = series.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series.starts[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function amountUntil(series, time) {
  const count = countUntil(series, time);
  if (count === 0) return 0;
  const last = count - 1, passed = time - series.starts[last];
  const part = passed >= series.spans[last] ? 1 : passed / series.spans[last];
  return series.sums[last] + series.amounts[last] * part;
}

/* The span that a time lies in, give or take so much; -1 for none. */
function spanAt(series, time, near) {
  const place = countUntil(series, time + near) - 1;
  return place >= 0 && series.starts[place] + series.spans[place] >= time - near ? place : -1;
}

/* When buckets begin, and how long they are: the last one ends with its process. */
function timesOf(process, width, buckets) {
  const end = process.start + process.seconds;
  const starts = Float64Array.from(buckets, (bucket) => process.start + bucket * width);
  return [starts, starts.map((start) => Math.max(SHORTEST, Math.min(width, end - start)))];
}

/* Series of amounts in buckets of time, by lane. */
function bucketsByLane(process, found, lanes, amounts) {
  const [starts, spans] = timesOf(process, found.bucketSeconds, integers(found.buckets));
  return seriesByLane(process.threads.length, lanes, starts, spans, amounts);
}

/* The same of all lanes together: their buckets lie one after the other, in order of time. */
function bucketsOfAll(process, found, amounts) {
  const buckets = integers(found.buckets), sums = new Map();
  buckets.forEach((bucket, i) => sums.set(bucket, (sums.get(bucket) ?? 0) + amounts[i]));
  const [starts, spans] = timesOf(process, found.bucketSeconds, sums.keys());
  const all = new Uint8Array(sums.size), values = Float64Array.from(sums.values());
  return seriesByLane(1, all, starts, spans, values)[0];
}

function heldSeries(process) {
  const held = process.held;
  if (held.bucketSeconds > 0) {
    const amounts = floats(held.amounts);
    return { byLane: bucketsByLane(process, held, shorts(held.lanes), amounts),
      whole: bucketsOfAll(process, held, amounts) };
  }
  const starts = doubles(process.starts).map((start) => start + process.start);
  const lengths = floats(process.lengths), inLanes = shorts(process.lanes);
  return { byLane: seriesByLane(process.threads.length, inLanes, starts, lengths, lengths),
    whole: seriesByLane(1, new Uint8Array(starts.length), starts, lengths, lengths)[0] };
}

/* What the lanes of a process did, and what all of them did together. */
function seriesOf(process) {
  const activity = process.activity, inLanes = shorts(activity.lanes), held = heldSeries(process);
  const waits = floats(activity.waited), runs = floats(activity.released);
  const waited = bucketsByLane(process, activity, inLanes, waits);
  const released = bucketsByLane(process, activity, inLanes, runs);
  return {
    lanes: process.threads.map((_, lane) => (
      { held: held.byLane[lane], waited: waited[lane], released: released[lane] })),
    whole: { held: held.whole, waited: bucketsOfAll(process, activity, waits),
      released: bucketsOfAll(process, activity, runs) },
  };
}

function lengthText(seconds) {
  const units = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"]];
  const [scale, unit] = units.find(([least]) => seconds >= least) ?? [1e-9, "ns"];
  return `${Number((seconds / scale).toPrecision(4))} ${unit}`;
}
