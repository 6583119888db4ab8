// Draws the map of the notes and lets it be moved, drawn nearer and asked.
(() => {
  const NEAR_PIXELS = 14;
  const MOST_ZOOM = 40;
  const MARGIN = 14;
  const MOVED_PIXELS = 4;
  const LOW_PIXELS = 26;
  const GLIDE_MS = 260;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function show(figure) {
    const map = noteDots.read(JSON.parse(figure.querySelector("script").textContent));
    const all = noteDots.colourings(map);
    const canvas = figure.querySelector("canvas");
    const pen = canvas.getContext("2d");
    const tip = figure.querySelector(".tip");
    const legend = figure.querySelector(".legend");
    const probe = figure.querySelector(".probe");
    const [colouring, chooser] = figure.querySelectorAll("select");
    const view = { zoom: 1, x: 0, y: 0 };
    const held = new Map();
    let [width, height, dots, colours, picked, pointed] = [0, 0, [], [], -1, -1];
    let [frame, glide, moved] = [0, 0, false];

    const across = (value) => view.x + (MARGIN + (value / 65535) * (width - 2 * MARGIN)) * view.zoom;
    const down = (value) => view.y + (MARGIN + (1 - value / 65535) * (height - 2 * MARGIN)) * view.zoom;
    const resolved = (colour) => {
      probe.style.color = colour;
      return getComputedStyle(probe).color;
    };
    const redraw = () => { frame ||= requestAnimationFrame(draw); };

    function entry(...parts) {
      const line = document.createElement("li");
      line.append(...parts);
      legend.append(line);
    }

    function recolour() {
      const chosen = all[colouring.value];
      dots = noteDots.byKind(map, chosen);
      legend.replaceChildren();
      chosen.kinds.forEach(({ name, colour }, kind) => {
        if (!name || !dots[kind].length) return;
        const mark = document.createElement("i");
        mark.style.background = colour;
        entry(mark, name);
      });
      if (chosen.remark) entry(chosen.remark);
      redraw();
    }

    function draw() {
      frame = 0;
      const scale = devicePixelRatio || 1;
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      colours = all[colouring.value].kinds.map((kind) => resolved(kind.colour));
      const base = Math.min(3, Math.max(1.3, 1.1 * Math.sqrt((width * height) / map.size / 4)));
      const size = Math.min(9, base * view.zoom ** 0.6);
      const lit = picked >= 0 ? picked : pointed;
      colours.forEach((colour, kind) => {
        pen.fillStyle = colour;
        spots(dots[kind], size, lit);
      });
      pen.globalAlpha = 1;
      names(lit);
    }

    // A topic that is picked out or pointed at stands, all others step back.
    function spots(list, size, lit) {
      const half = size / 2;
      for (let place = 0; place < list.length; place++) {
        const dot = list[place];
        const x = across(map.x[dot]);
        const y = down(map.y[dot]);
        if (x < -size || y < -size || x > width + size || y > height + size) continue;
        const isLit = lit < 0 || map.topic[dot] === lit;
        pen.globalAlpha = isLit ? 0.8 : picked >= 0 ? 0.12 : 0.4;
        if (size < 4) {
          pen.fillRect(x - half, y - half, size, size);
          continue;
        }
        pen.beginPath();
        pen.arc(x, y, half, 0, 2 * Math.PI);
        pen.fill();
      }
    }

    function names(lit) {
      const longest = width < 500 ? 20 : 30;
      const taken = [];
      pen.font = `600 ${width < 500 ? 11 : 12}px ${getComputedStyle(figure).fontFamily}`;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      pen.lineWidth = 4;
      pen.strokeStyle = resolved("var(--paper)");
      pen.fillStyle = resolved("var(--ink)");
      const order = map.topics.keys();
      for (const topic of lit >= 0 ? [lit, ...order] : order) {
        const letters = [...map.topics[topic].name];
        const text = letters.length > longest ? `${letters.slice(0, longest - 1).join("").trim()}…` : letters.join("");
        const reach = pen.measureText(text).width / 2 + 5;
        const at = { x: across(map.anchors[topic].x), y: down(map.anchors[topic].y) };
        if (at.x < 0 || at.y < 0 || at.x > width || at.y > height) continue;
        // A name would hide a low island: it stands above it.
        const top = down(map.anchors[topic].top);
        const x = Math.min(width - reach, Math.max(reach, at.x));
        const y = Math.min(height - 10, Math.max(10, at.y - top < LOW_PIXELS ? top - 8 : at.y));
        const meets = (box) => Math.abs(box.x - x) < box.reach + reach && Math.abs(box.y - y) < 19;
        if (taken.some(meets)) continue;
        taken.push({ x, y, reach });
        pen.globalAlpha = picked >= 0 && topic !== picked ? 0.35 : 1;
        pen.strokeText(text, x, y);
        pen.fillText(text, x, y);
      }
      pen.globalAlpha = 1;
    }

    function nearest(x, y) {
      let [best, least] = [-1, NEAR_PIXELS ** 2];
      for (let dot = 0; dot < map.size; dot++) {
        const away = (across(map.x[dot]) - x) ** 2 + (down(map.y[dot]) - y) ** 2;
        if (away < least) [best, least] = [dot, away];
      }
      return best < 0 ? -1 : map.topic[best];
    }

    function tell(topic, x, y) {
      tip.hidden = topic < 0;
      if (topic < 0) return;
      const name = document.createElement("strong");
      name.textContent = topic === map.none ? "No topic" : map.topics[topic].name;
      const figures = topic === map.none
        ? "like no other note, or says too little"
        : `${map.topics[topic].figures} (${map.rule})`;
      tip.replaceChildren(name, document.createElement("br"), figures);
      tip.style.left = `${Math.max(0, Math.min(x + 14, width - tip.offsetWidth))}px`;
      const under = y + 16 + tip.offsetHeight < height;
      tip.style.top = `${under ? y + 16 : Math.max(0, y - 12 - tip.offsetHeight)}px`;
    }

    // What is picked out is told in a corner, where it hides the fewest dots.
    function tellPicked() {
      tell(picked, 0, 0);
      tip.style.left = tip.style.top = "8px";
    }

    function pick(topic) {
      picked = topic >= 0 && topic < map.none && topic !== picked ? topic : -1;
      pointed = -1;
      chooser.value = String(picked);
      tellPicked();
      redraw();
    }

    function look(zoom, x, y) {
      view.zoom = Math.min(MOST_ZOOM, Math.max(1, zoom));
      view.x = Math.min(0, Math.max(width - width * view.zoom, x));
      view.y = Math.min(0, Math.max(height - height * view.zoom, y));
      // Drawn whole, a finger scrolls the page; drawn nearer, it moves the map.
      canvas.style.touchAction = view.zoom > 1 ? "none" : "pan-y";
      redraw();
    }

    function zoomAt(by, x, y) {
      const zoom = Math.min(MOST_ZOOM, Math.max(1, view.zoom * by));
      look(zoom, x - ((x - view.x) * zoom) / view.zoom, y - ((y - view.y) * zoom) / view.zoom);
    }

    function glideTo(zoom, x, y) {
      cancelAnimationFrame(glide);
      if (calm.matches) return look(zoom, x, y);
      const [from, began] = [{ ...view }, performance.now()];
      const between = (a, b, share) => a + (b - a) * share;
      const next = (now) => {
        const share = Math.min(1, Math.max(0, (now - began) / GLIDE_MS));
        const eased = 1 - (1 - share) ** 3;
        look(between(from.zoom, zoom, eased), between(from.x, x, eased), between(from.y, y, eased));
        if (share < 1) glide = requestAnimationFrame(next);
      };
      glide = requestAnimationFrame(next);
    }

    // Near enough that most of the topic's dots fill half of the map.
    function goTo(topic) {
      if (topic < 0) return glideTo(1, 0, 0);
      const part = (values) => {
        const sorted = values.slice(map.starts[topic], map.starts[topic + 1]).sort();
        return [sorted[Math.floor(sorted.length * 0.1)], sorted[Math.floor(sorted.length * 0.9)]];
      };
      const [[left, right], [low, high]] = [part(map.x), part(map.y)];
      const reach = Math.max(right - left, high - low, 3000) / 65535;
      const zoom = Math.min(8, Math.max(1, 0.5 / reach));
      const x = MARGIN + ((left + right) / 2 / 65535) * (width - 2 * MARGIN);
      const y = MARGIN + (1 - (low + high) / 2 / 65535) * (height - 2 * MARGIN);
      const within = (size, at) => Math.min(0, Math.max(size - size * zoom, size / 2 - at * zoom));
      glideTo(zoom, within(width, x), within(height, y));
    }

    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };

    function drag(event) {
      const [before, now] = [held.get(event.pointerId), place(event)];
      const others = [...held].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      if (Math.hypot(now.x - before.x, now.y - before.y) < MOVED_PIXELS && !moved) return;
      moved = true;
      tip.hidden ||= picked < 0;
      if (others.length) {
        const apart = (at) => Math.max(1, Math.hypot(at.x - others[0].x, at.y - others[0].y));
        zoomAt(apart(now) / apart(before), (now.x + others[0].x) / 2, (now.y + others[0].y) / 2);
      } else {
        look(view.zoom, view.x + now.x - before.x, view.y + now.y - before.y);
      }
      held.set(event.pointerId, now);
    }

    function point(event) {
      const at = place(event);
      const topic = nearest(at.x, at.y);
      if (topic < 0 || topic === picked) tellPicked();
      else tell(topic, at.x, at.y);
      const next = topic === map.none ? -1 : topic;
      if (next === pointed) return;
      pointed = next;
      redraw();
    }

    canvas.addEventListener("pointerdown", (event) => {
      cancelAnimationFrame(glide);
      if (!held.size) moved = false;
      held.set(event.pointerId, place(event));
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (held.has(event.pointerId)) drag(event);
      else if (event.pointerType === "mouse") point(event);
    });
    canvas.addEventListener("pointerup", (event) => {
      held.delete(event.pointerId);
      if (moved || held.size) return;
      const at = place(event);
      pick(nearest(at.x, at.y));
    });
    canvas.addEventListener("pointercancel", (event) => held.delete(event.pointerId));
    canvas.addEventListener("pointerleave", () => {
      pointed = -1;
      tellPicked();
      redraw();
    });
    // Until the map is chosen, the wheel belongs to the page.
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && document.activeElement !== canvas) return;
      event.preventDefault();
      const at = place(event);
      zoomAt(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), at.x, at.y);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = 60;
      const moves = {
        ArrowLeft: () => look(view.zoom, view.x + step, view.y),
        ArrowRight: () => look(view.zoom, view.x - step, view.y),
        ArrowUp: () => look(view.zoom, view.x, view.y + step),
        ArrowDown: () => look(view.zoom, view.x, view.y - step),
        "+": () => zoomAt(1.5, width / 2, height / 2),
        "=": () => zoomAt(1.5, width / 2, height / 2),
        "-": () => zoomAt(1 / 1.5, width / 2, height / 2),
        0: () => glideTo(1, 0, 0),
        Escape: () => pick(-1),
      };
      if (!moves[event.key]) return;
      event.preventDefault();
      moves[event.key]();
    });
    figure.querySelector(".pages").addEventListener("click", (event) => {
      const by = Number(event.target.value || 0);
      if (by) zoomAt(by, width / 2, height / 2);
      else if (event.target.value === "0") glideTo(1, 0, 0);
    });
    chooser.addEventListener("change", () => {
      const topic = Number(chooser.value);
      picked = -1;
      pick(topic);
      goTo(topic);
    });
    colouring.addEventListener("change", recolour);

    for (const option of [...colouring.options]) if (!all[option.value]) option.remove();
    map.topics.forEach((topic, number) => chooser.add(new Option(topic.name, String(number))));
    figure.querySelector(".board").hidden = false;
    new ResizeObserver(() => {
      const box = canvas.getBoundingClientRect();
      if (!box.width || (box.width === width && box.height === height)) return;
      [width, height] = [box.width, box.height];
      look(1, 0, 0);
    }).observe(canvas);
    new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    dark.addEventListener("change", redraw);
    recolour();
  }

  document.querySelectorAll("figure.map").forEach(show);
})();
