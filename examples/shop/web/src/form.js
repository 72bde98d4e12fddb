const mostBytes = 16 * 1024;

/** Reads the fields that a browser sent with a form. */
export async function readForm(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > mostBytes) throw new RangeError(`A form of more than ${mostBytes} bytes was sent.`);
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
