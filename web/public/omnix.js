// OMNIX events: omnix('KEY') or omnix('KEY', '/path/to/events/batch'), then omnix.track(type, fields).
(() => {
  const STORE = 'omnix-events', VISITOR = 'omnix-visitor', MOST = 1000, BATCH = 50;
  let key, url, timer, busy, pause = 1000;
  const id = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
  const get = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const set = (name, value) => { try { localStorage.setItem(name, value); } catch { /* full or forbidden: memory holds them */ } };
  let waiting = [];
  // Other tabs write too: what is stored is joined with what is here, by id.
  const gone = new Set();
  const save = () => {
    let known = [];
    try { known = JSON.parse(get(STORE) || '[]'); } catch { /* not ours */ }
    const all = new Map();
    for (const e of [...(Array.isArray(known) ? known : []), ...waiting])
      if (e && e.message_id && !gone.has(e.message_id)) all.set(e.message_id, e);
    waiting = [...all.values()].slice(-MOST);
    set(STORE, JSON.stringify(waiting));
  };
  const later = (ms) => { clearTimeout(timer); timer = setTimeout(flush, ms); };
  const done = (events) => { for (const e of events) gone.add(e.message_id); save(); pause = 1000; };
  async function flush() {
    if (busy || !key || !waiting.length) return;
    busy = true;
    const events = waiting.slice(0, BATCH);
    try {
      const answer = await fetch(url, {
        method: 'POST', keepalive: true,
        headers: { 'Content-Type': 'application/json', Authorization: 'Bearer ' + key },
        body: JSON.stringify({ events, sent_at: new Date().toISOString() }),
      });
      // 4xx would be refused again; 401, 403 and 429 may be put right.
      if (answer.ok || (answer.status < 500 && ![401, 403, 429].includes(answer.status))) done(events);
      else throw answer.status;
    } catch { pause = Math.min(pause * 2, 60000); }
    busy = false;
    if (waiting.length) later(pause > 1000 ? pause * (0.5 + Math.random() / 2) : 0);
  }
  const omnix = (k, u = '/v1/events/batch') => { key = k; url = u; save(); later(0); };
  omnix.track = (type, fields) => {
    let visitor = get(VISITOR);
    if (!visitor) set(VISITOR, (visitor = omnix.visitor = omnix.visitor || id()));
    const event = { anonymous_id: visitor, at: new Date().toISOString(), ...fields, type, message_id: id() };
    waiting.push(event);
    save();
    if (pause === 1000) later(waiting.length >= BATCH ? 0 : 500);
    return event.message_id;
  };
  omnix.flush = flush;
  addEventListener('pagehide', flush);
  addEventListener('online', () => { pause = 1000; later(0); });
  window.omnix = omnix;
})();
