// SPDX-License-Identifier: GPL-3.0-or-later
// A proxy of sixty lines to compare with Holdline: holds the requests of blocking clients, and starts their jobs at the
// job API. Use: node proxy.mjs PORT START-URL
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const [port, upstream] = process.argv.slice(2);
const deadline = 30_000, maxBody = 1 << 20, tries = 4;
const held = new Map();                            // token -> function that answers its client

function answer(response, status, body, type = 'application/json') {
    if (response.headersSent || response.destroyed) return;
    response.writeHead(status, { 'Content-Type': type }).end(body);
}

async function bodyOf(request) {
    const parts = [];
    let size = 0;
    for await (const part of request) {
        parts.push(part);
        if ((size += part.length) > maxBody) throw new Error('the body is too large');
    }
    return Buffer.concat(parts);
}

// Starts a job. Tries again after a refused connection or a 503, because then the job certainly was not started.
async function start(body) {
    const headers = { 'Content-Type': 'application/json' };
    for (let left = tries; ; --left) {
        try {
            const reply = await fetch(upstream, { method: 'POST', headers, body });
            if (reply.status !== 503 || left === 1) return reply;
            await sleep(1000 * (Number(reply.headers.get('Retry-After')) || 1));
        } catch (error) {
            if (error.cause?.code !== 'ECONNREFUSED' || left === 1) throw error;
            await sleep(500);
        }
    }
}

async function holdClient(request, response) {
    if (Number(request.headers['content-length']) > maxBody) return answer(response, 413, '{"error":"too large"}');
    const job = JSON.parse(await bodyOf(request));
    const token = randomUUID();
    const timer = setTimeout(() => held.get(token)?.(504, '{"error":"no callback"}'), deadline);
    const end = (...result) => { held.delete(token); clearTimeout(timer); answer(response, ...result); };
    held.set(token, end);                          // before start(), because the callback may come before its answer
    response.on('close', () => { held.delete(token); clearTimeout(timer); });
    const callback = `http://127.0.0.1:${port}/callback/${token}`;
    try {
        const reply = await start(JSON.stringify({ ...job, wait: false, callback }));
        if (!reply.ok) end(reply.status, await reply.text(), reply.headers.get('Content-Type') ?? 'text/plain');
        else await reply.arrayBuffer().catch(() => {});   // read and ignored: the result comes by the callback
    } catch (error) { end(502, JSON.stringify({ error: String(error.cause ?? error) })); }
}

async function takeCallback(request, response, token) {
    const body = await bodyOf(request);
    const known = held.get(token);
    known?.(200, body);
    answer(response, known ? 200 : 404, '');
}

const server = createServer((request, response) => {
    const token = request.url.match(/^\/callback\/([\w-]+)$/)?.[1];
    const work = token ? takeCallback(request, response, token) : holdClient(request, response);
    work.catch((error) => answer(response, 400, JSON.stringify({ error: String(error) })));
});
process.on('SIGTERM', () => setInterval(() => held.size || process.exit(0), 50));   // ends when no client is held
server.listen(Number(port), '127.0.0.1', () => console.log('listening'));
