/** The built shop over HTTP with the API behind the same origin, on this machine only. deploy/images/web/Caddyfile is its deployed counterpart. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { answerText } from './answer-text.ts'
import { isApiPath } from './api-paths.ts'
import type { BuiltFile, BuiltFiles } from './built-files.ts'
import type { Forward } from './forward.ts'
import { CONSOLE_PAGE, pageFileOf, SIGN_IN_FILE } from './page-files.ts'

const policyOf = (connections: string) =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src ${connections}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`

/** Of every answer but the API's, which has its own. The Caddyfile sends the same; a test compares. */
export const PAGE_HEADERS = {
  'Content-Security-Policy': policyOf("'self'"),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}
/** Of the console's page in its place: it also asks whoever signs operators in. `issuerOrigins`: with spaces between several. */
export const consolePolicy = (issuerOrigins: string): string => policyOf(`'self' ${issuerOrigins}`.trim())

/** Vite puts a digest into the names under /assets/, so that a name never changes its content. */
const KEPT = 'public, max-age=31536000, immutable'
const ASKED_ANEW = 'no-cache'

/** For the whole of a request to arrive: the largest that the API takes has 16 KiB. */
const REQUEST_TIMEOUT_MS = 20_000
/** For a caller that neither sends nor reads. Longer than the API may be silent. */
const IDLE_TIMEOUT_MS = 30_000

const LOCAL_HOST = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/i
const GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/

export interface ShopServerOptions {
  /** For the whole of a request to arrive. */
  requestMs?: number
  /** Where the console's page may ask who signs operators in: origins, with spaces between several. */
  issuerOrigins?: string
}

/**
 * The API's paths are forwarded. Every other path is a built file, or the page of the console or the shop; a missing /assets/ file is a 404.
 * 403 under any name but this machine's own: a foreign page whose name was made to point here would be let in by the browser.
 */
export function createShopServer(
  files: BuiltFiles,
  forward: Forward,
  { requestMs = REQUEST_TIMEOUT_MS, issuerOrigins = '' }: ShopServerOptions = {},
): Server {
  const consolePage = files.get(CONSOLE_PAGE)
  const timeouts = { requestTimeout: requestMs, headersTimeout: requestMs, connectionsCheckingInterval: requestMs / 4 }
  const server = createServer(timeouts, (request, response) => {
    const isLocal = LOCAL_HOST.test(request.headers.host ?? '')
    if (isLocal && isApiPath(request.url!)) return forward(request, response)
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value)
    if (isLocal && consolePage !== undefined && fileOf(files, request.url!) === consolePage)
      response.setHeader('Content-Security-Policy', consolePolicy(issuerOrigins))
    if (isLocal) answerFile(files, request, response)
    else answerText(response, 403, 'The shop answers only as 127.0.0.1 and localhost.')
  })
  server.timeout = IDLE_TIMEOUT_MS
  return server
}

function answerFile(files: BuiltFiles, { method, url, headers }: IncomingMessage, response: ServerResponse) {
  if (method !== 'GET' && method !== 'HEAD')
    return answerText(response, 405, 'Here are only pages to GET.', { allow: 'GET, HEAD' })
  const path = pathOf(url!)
  const isAsset = isOfAssets(path)
  const file = fileOf(files, path)
  if (!file && path === SIGN_IN_FILE) return response.writeHead(204, { 'cache-control': ASKED_ANEW }).end()
  if (!file) return answerText(response, 404, 'There is no such file.')
  response.setHeader('cache-control', isAsset ? KEPT : ASKED_ANEW)
  response.setHeader('etag', file.etag)
  if (file.packed) response.setHeader('vary', 'accept-encoding')
  if (headers['if-none-match'] === file.etag) return response.writeHead(304).end()
  const isPacked = file.packed !== undefined && GZIP.test(String(headers['accept-encoding'] ?? ''))
  const body = isPacked ? file.packed! : file.bytes
  if (isPacked) response.setHeader('content-encoding', 'gzip')
  response.writeHead(200, { 'content-type': file.type, 'content-length': body.length })
  response.end(method === 'HEAD' ? undefined : body)
}

const pathOf = (target: string): string => target.split('?', 1)[0]!
const isOfAssets = (path: string): boolean => path.startsWith('/assets/')

/** The file of a request's target, or the page whose address it is. */
function fileOf(files: BuiltFiles, target: string): BuiltFile | undefined {
  const path = pathOf(target)
  return files.get(path) ?? (isOfAssets(path) || path === SIGN_IN_FILE ? undefined : files.get(pageFileOf(path)))
}
