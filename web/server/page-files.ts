/** Which of the two pages an address is of: the operator's console, or else the shop. */

export const SHOP_PAGE = '/index.html'
export const CONSOLE_PAGE = '/console.html'

/** Of a request's target, which may have a query. deploy/images/web/Caddyfile says the same of the console; a test compares. */
export const pageFileOf = (target: string): string => (/^\/console(?:[/?]|$)/.test(target) ? CONSOLE_PAGE : SHOP_PAGE)

/**
 * How operators sign in to a deployed console: a file beside the built ones, or nothing (docs/console-session.md). At an address of the
 * console, and no page.
 */
export const SIGN_IN_FILE = '/console/sign-in.json'
