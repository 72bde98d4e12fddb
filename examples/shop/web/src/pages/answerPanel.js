import { html } from '../html.js';
import { identity } from '../identity.js';

/** Services in the order in which they are shown: callers before those they call. */
const order = ['web', 'catalog', 'orders', 'db'];

/** Which version of which service, in which pod, took part in this page. */
export function answerPanel({ shop, started }) {
  const own = { ...identity, ms: performance.now() - started };
  const answers = distinct([own, ...shop.answers]).sort((a, b) => order.indexOf(a.service) - order.indexOf(b.service));
  return html`<footer class="answers">
    <h2>Answered by</h2>
    <ul>
      ${answers.map((answer) => (answer.failure === undefined ? answerCard(answer) : failureCard(answer)))}
    </ul>
  </footer>`;
}

function answerCard({ service, version, language, runtime, pod, ms }) {
  return html`<li class="is-${language.toLowerCase()}">
    <div><b>${service}</b> <span class="version">${version}</span> <span class="runtime">${runtime}</span></div>
    <div><code title="${pod}">${pod}</code> <span class="time">${ms.toFixed(1)} ms</span></div>
  </li>`;
}

function failureCard({ service, failure }) {
  return html`<li class="is-away">
    <div><b>${service}</b> <span class="version">no answer</span></div>
    <div><code>${failure}</code></div>
  </li>`;
}

/** One entry per service and pod; where one was asked several times, its slowest answer. */
function distinct(answers) {
  const slowest = new Map();
  for (const answer of answers) {
    const key = `${answer.service} ${answer.pod}`;
    const known = slowest.get(key);
    if (known === undefined || answer.ms > known.ms) slowest.set(key, answer);
  }
  return [...slowest.values()];
}
