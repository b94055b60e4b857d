/**
 * What the issuer sends an operator back with: it stands in the address, and leaves it before anything is asked or shown. What was kept
 * of the attempt in this tab is taken with it, once, so that neither can be used again.
 */
import { jsonObjectOf } from '../../api/answer.ts'

/** The one address that the issuer sends back to. */
export const CALLBACK_PATH = '/console/signed-in'
const CONSOLE_PATH = '/console'
const KEPT_AS = 'console.sign-in'

/** One try to sign in, from the click until the issuer has sent back. */
export interface Attempt {
  state: string
  nonce: string
  /** Of PKCE: who has not got it cannot use the code. */
  verifier: string
  /** Whom it was begun with: an answer of another is not taken. */
  issuer: string
  clientId: string
  /** A path of the console, with its query. */
  returnTo: string
}

export interface Callback {
  parameters: URLSearchParams
  /** Undefined when it was not begun in this tab, or was taken before. */
  attempt: Attempt | undefined
}

type KeptPlace = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined

export interface CallbackAddress {
  location: Pick<Location, 'origin' | 'pathname' | 'search'>
  history: Pick<History, 'replaceState'>
}

/** Undefined when nobody was sent back. Puts the address in its place at which the attempt was begun. */
export function takeCallback({ location, history }: CallbackAddress, storage: KeptPlace): Callback | undefined {
  if (location.pathname !== CALLBACK_PATH) return undefined
  const kept = takeAttempt(storage)
  const parameters = new URLSearchParams(location.search)
  const attempt = kept?.state === parameters.get('state') ? kept : undefined
  history.replaceState(null, '', attempt ? returnPathOf(attempt.returnTo, location.origin) : CONSOLE_PATH)
  return parameters.has('code') || parameters.has('error') ? { parameters, attempt } : undefined
}

/** Only one at a time: the last that was begun. */
export function keepAttempt(storage: KeptPlace, attempt: Attempt): void {
  storage?.setItem(KEPT_AS, JSON.stringify(attempt))
}

function takeAttempt(storage: KeptPlace): Attempt | undefined {
  const text = storage?.getItem(KEPT_AS) ?? null
  storage?.removeItem(KEPT_AS)
  const kept = text === null ? undefined : jsonObjectOf(text)
  const names = ['state', 'nonce', 'verifier', 'issuer', 'clientId', 'returnTo']
  return names.every(name => typeof kept?.[name] === 'string' && kept[name] !== '')
    ? (kept as unknown as Attempt)
    : undefined
}

/** A path of the console on this origin, or else the console's first page: whatever is in the storage leads nowhere else. */
export function returnPathOf(path: string, origin: string): string {
  if (!/^\/console(?:[/?]|$)/.test(path) || !URL.canParse(path, origin)) return CONSOLE_PATH
  const url = new URL(path, origin)
  const isOurs = url.origin === origin && /^\/console(?:\/|$)/.test(url.pathname) && url.pathname !== CALLBACK_PATH
  return isOurs ? url.pathname + url.search : CONSOLE_PATH
}
