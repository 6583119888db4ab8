"use strict";

// The dots of the map: read from their packing, and sorted into kinds to be coloured.
const noteDots = (() => {
  const CELLS = 36;
  const STEPS = [10, 32, 54, 77, 100];
  const PALE = "var(--map-pale)";
  const COLOURS = ["var(--map-1)", "var(--map-2)", "var(--map-3)", "var(--map-4)"];
  const SIDES = [
    [0, "repeats like all contacts, as far as can be told", "var(--map-even)"],
    [-1, "less", COLOURS[0]],
    [1, "more", COLOURS[1]],
  ];

  function unpacked(text, Kind) {
    return new Kind(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  }

  // Dots come topic by topic, those without one last, and by outcome within each.
  function read(given) {
    const map = { ...given, x: unpacked(given.x, Uint16Array), y: unpacked(given.y, Uint16Array) };
    map.size = map.x.length;
    map.month = unpacked(given.month, Uint8Array);
    map.language = unpacked(given.language, Uint8Array);
    map.topic = new Uint16Array(map.size);
    map.outcome = new Uint8Array(map.size);
    map.starts = [0];
    let from = 0;
    given.runs.forEach((count, run) => {
      map.topic.fill(Math.floor(run / 3), from, from + count);
      map.outcome.fill(run % 3, from, from + count);
      from += count;
      if (run % 3 === 2) map.starts.push(from);
    });
    map.none = given.topics.length;
    map.anchors = given.topics.map((_, topic) => anchor(map, topic));
    return map;
  }

  // The middle of a topic's densest part: the mean of an island in two halves is water.
  function anchor(map, topic) {
    const counts = new Uint32Array(CELLS * CELLS);
    const [from, to] = [map.starts[topic], map.starts[topic + 1]];
    const cell = (value) => Math.min(CELLS - 1, Math.floor((value / 65536) * CELLS));
    for (let dot = from; dot < to; dot++) {
      const [column, row] = [cell(map.x[dot]), cell(map.y[dot])];
      for (let r = Math.max(0, row - 1); r <= Math.min(CELLS - 1, row + 1); r++) {
        for (let c = Math.max(0, column - 1); c <= Math.min(CELLS - 1, column + 1); c++) {
          counts[r * CELLS + c]++;
        }
      }
    }
    const best = counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0));
    const [row, column] = [Math.floor(best / CELLS), best % CELLS];
    let [x, y, squares, met] = [0, 0, 0, 0];
    for (let dot = from; dot < to; dot++) {
      if (Math.abs(cell(map.x[dot]) - column) > 1 || Math.abs(cell(map.y[dot]) - row) > 1) continue;
      x += map.x[dot];
      y += map.y[dot];
      squares += map.y[dot] ** 2;
      met++;
    }
    const spread = Math.sqrt(Math.max(0, squares / met - (y / met) ** 2));
    return { x: x / met, y: y / met, top: y / met + 2 * spread };
  }

  // Neighbouring islands get different colours: each the one least used near by.
  function neighbourColours(map) {
    const chosen = [];
    for (const place of map.anchors) {
      const used = COLOURS.map(() => 0);
      chosen.forEach((colour, other) => {
        const there = map.anchors[other];
        used[colour] += 1 / (1e6 + (there.x - place.x) ** 2 + (there.y - place.y) ** 2);
      });
      chosen.push(used.indexOf(Math.min(...used)));
    }
    return chosen;
  }

  // Each way of colouring: the kinds with their names and colours, drawn in their order,
  // and the kind of a dot.
  function colourings(map) {
    const sides = [[null, "no topic", PALE], ...SIDES];
    const side = map.topics.map((topic) => sides.findIndex(([which]) => which === topic.side));
    const near = neighbourColours(map);
    const steps = STEPS.slice(-Math.min(STEPS.length, map.months.length));
    const step = (month) => Math.min(steps.length - 1, Math.floor((month * steps.length) / map.months.length));
    const first = (place) => map.months[map.months.findIndex((_, month) => step(month) === place)];
    const all = {
      repeats: {
        kinds: sides.map(([, name, colour]) => ({ name, colour })),
        of: (dot) => (map.topic[dot] === map.none ? 0 : side[map.topic[dot]]),
      },
      topic: {
        kinds: [{ name: "no topic", colour: PALE }, ...COLOURS.map((colour) => ({ name: "", colour }))],
        of: (dot) => (map.topic[dot] === map.none ? 0 : 1 + near[map.topic[dot]]),
        remark: "colours part neighbouring topics and mean nothing else",
      },
      outcome: {
        kinds: [
          { name: "still open", colour: PALE },
          { name: "resolved", colour: COLOURS[0] },
          { name: "repeated", colour: COLOURS[1] },
        ],
        of: (dot) => 2 - map.outcome[dot],
      },
    };
    if (map.month.length) {
      all.month = {
        kinds: steps.map((share, place) => ({
          name: `from ${first(place)}`,
          colour: `color-mix(in srgb, var(--map-1) ${share}%, var(--map-pale))`,
        })),
        of: (dot) => step(map.month[dot]),
      };
    }
    if (map.language.length) {
      const named = map.languages.map((name, place) => ({ name, colour: COLOURS[place] }));
      all.language = {
        kinds: [...named, { name: "other or not known", colour: PALE }],
        of: (dot) => map.language[dot],
      };
    }
    return all;
  }

  function byKind(map, { kinds, of }) {
    const dots = kinds.map(() => []);
    for (let dot = 0; dot < map.size; dot++) dots[of(dot)].push(dot);
    return dots.map((list) => Uint32Array.from(list));
  }

  return { read, colourings, byKind };
})();
