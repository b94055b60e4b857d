/** A route of the console with an operator who is signed in, and what every such route refuses. */
import { expect } from '@jest/globals'
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import type { HttpResult, OperatorRoutePorts } from '../../shared/http/index.ts'
import type { Clock } from '../../shared/payments/ports.ts'
import { ask, createConsole } from './console-fakes.ts'
import type { FakeLimiter } from './http-fakes.ts'
import type { HttpCall } from './lambda-events.ts'

type Sent = Pick<HttpCall, 'query' | 'body' | 'headers' | 'pathParameters'>

/** `own`: what the route needs besides who may ask. */
export async function operatorRoute<Own extends object>(
  createHandler: (ports: OperatorRoutePorts & { clock: Clock } & NoInfer<Own>) => unknown,
  route: string,
  own: Own,
  role: OperatorRole = 'viewer',
) {
  const { ports, signIn } = createConsole()
  const clock = {
    ...ports.clock,
    virtualNowMs: () => ports.clock.nowMs(),
    catchUp: async () => undefined,
    sleep: async () => undefined,
  }
  const all = { ...ports, clock, ...own }
  const headers = await signIn(role)
  const send = (sent: Sent = {}, as: Record<string, string> = headers): Promise<HttpResult> =>
    ask(createHandler(all) as never, { route, ...sent, headers: { ...as, ...sent.headers } })
  return { ports: all, send, signIn }
}

interface Route {
  ports: { limiter: FakeLimiter }
  send: (sent?: Sent, as?: Record<string, string>) => Promise<HttpResult>
}

/** 401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit. */
export async function expectOperatorsOnly({ ports, send }: Route, sent: Sent = {}): Promise<void> {
  expect((await send(sent, {})).statusCode).toBe(401)
  expect((await send({ ...sent, headers: { host: 'evil.example' } }, {})).statusCode).toBe(403)
  ports.limiter.refusing = 'ip'
  expect((await send(sent)).statusCode).toBe(429)
  ports.limiter.refusing = undefined
}

const NOT_MINE = 'console:01M81Y03QK7V5D2W9T4R6H8XN0'

/**
 * The same of a write, which was done with `sent` before: 400, 413 and 415 for a body that does not fit, 422 for another request under its
 * key. `lesser`: somebody whose role is not enough, who gets 403.
 */
export async function expectWriteRefusals(route: Route, sent: Sent & { body: object }, lesser: Record<string, string>) {
  const status = async (body: unknown, headers?: Record<string, string>) =>
    (await route.send({ ...sent, body, ...(headers === undefined ? {} : { headers }) })).statusCode
  await expectOperatorsOnly(route, sent)
  expect((await route.send(sent, lesser)).statusCode).toBe(403)
  expect(await status({ ...sent.body, key: 'mine' })).toBe(400)
  expect(await status({ ...sent.body, reason: ' ' })).toBe(400)
  expect(await status({ ...sent.body, reason: 'x'.repeat(17_000) })).toBe(413)
  expect(await status('a=b', { 'content-type': 'text/plain' })).toBe(415)
  expect(await status({ ...sent.body, reason: 'another one' })).toBe(422)
  expect(await status({ ...sent.body, key: NOT_MINE })).not.toBe(200)
}
