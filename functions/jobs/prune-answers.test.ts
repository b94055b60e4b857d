/** The job that deletes stored answers, with the age that the configuration says. */
import { describe, expect, test } from '@jest/globals'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf } from '../../shared/payments/fakes.ts'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { createHandler } from './prune-answers.ts'

describe('prune-answers', () => {
  test('prunes by the configured age, says how many, and is silent when there is nothing', async () => {
    const ports = { ...createHandlerPorts(), retention: { answersMs: 5_000 } }
    await authorizePayment(ports, authorizeRequestOf(), claimOf('key-1'), caller)

    ports.clock.advance(4_999)
    expect(await createHandler(ports)()).toEqual({ pruned: 0 })
    ports.clock.advance(1)
    expect(await createHandler(ports)()).toEqual({ pruned: 1 })
    expect(ports.log.lines).toMatchObject([{ level: 'info', fields: { pruned: 1 } }])
  })
})
