import { layout } from './pages/layout.js';

/** A page as an HTTP reply: its content inside the frame that all pages share. */
export function pageReply(visit, status, content) {
  const body = String(layout(visit, content));
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }, body };
}

/** Sends the browser to another page after a form, optionally with a new cookie. */
export function redirect(location, cookie) {
  return { status: 303, headers: { location, ...(cookie === undefined ? {} : { 'set-cookie': cookie }) }, body: '' };
}

/** A value as JSON. */
export function jsonReply(value) {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}
