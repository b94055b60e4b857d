/** The paths of the shop's origin that are the API's. Whoever serves the shop passes on these, and everything below them. */

import { DEMO_PATH } from '../../shared/contracts/demo-panel.ts'

/** Vite's dev server and the server of the built shop read this list; deploy/images/web/Caddyfile repeats it, and a test compares. */
export const API_PATHS = ['/payments', '/sandbox', '/operator', '/health', '/metrics', '/openapi.json', '/docs']

/** Whether a request's target, which may have a query, is one of them. */
export const isApiPath = (target: string): boolean =>
  API_PATHS.some(path => target.startsWith(path) && /^(?:[/?]|$)/.test(target.slice(path.length)))

/** One of them is the starter's, where there is a starter: the demo panel of a sandbox. Elsewhere it is a 404 of the API. */
export const isDemoPath = (target: string): boolean =>
  target.startsWith(DEMO_PATH) && /^(?:[/?]|$)/.test(target.slice(DEMO_PATH.length))
