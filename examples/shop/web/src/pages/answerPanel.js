import { html } from '../html.js';
import { identity } from '../identity.js';

/** Which version of which service, in which pod, took part in this page. */
export function answerPanel({ shop, started }) {
  const own = { ...identity, ms: performance.now() - started };
  const answers = distinct([own, ...shop.answers]);
  return html`<footer class="answers">
    <h2>Answered by</h2>
    <ul>
      ${answers.map((answer) => html`<li class="${cssName(answer)}">${answerCard(answer)}</li>`)}
    </ul>
  </footer>`;
}

function answerCard({ service, version, runtime, pod, ms, failure }) {
  if (failure !== undefined) {
    return html`<b>${service}</b> <span class="version">no answer</span><span>${failure}</span>`;
  }
  return html`<b>${service}</b> <span class="version">${version}</span>
    <span>${runtime}</span>
    <code title="${pod}">${pod}</code>
    ${ms !== undefined && html`<span class="time">${ms.toFixed(1)} ms</span>`}`;
}

/** One card per service and pod; where one was asked several times, its slowest answer. */
function distinct(answers) {
  const found = new Map();
  for (const answer of answers) {
    const key = `${answer.service} ${answer.pod}`;
    if (!((found.get(key)?.ms ?? -1) >= (answer.ms ?? 0))) found.set(key, answer);
  }
  return [...found.values()];
}

function cssName({ language, failure }) {
  return failure === undefined ? `is-${language.toLowerCase()}` : 'is-away';
}
