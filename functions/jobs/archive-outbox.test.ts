/** The job that archives events, with the age that the configuration says. */
import { describe, expect, test } from '@jest/globals'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { createHandler } from './archive-outbox.ts'

describe('archive-outbox', () => {
  test('archives by the configured age, says how many, and is silent when there is nothing', async () => {
    const ports = { ...createHandlerPorts(), retention: { outboxMs: 5_000 } }
    const event = { eventId: 'e', topic: 'payment.authorized', messageKey: 'p', sequence: 1, payload: '{}', shard: 0 }
    await ports.transactions.run('rows', tx =>
      ports.outbox.insert(tx, { ...event, traceparent: null }, ports.clock.nowMs()),
    )
    await ports.transactions.run('rows', tx => ports.outbox.markPublished(tx, [1], ports.clock.nowMs()))

    ports.clock.advance(5_000)
    expect(await createHandler(ports)()).toEqual({ archived: 0 })
    ports.clock.advance(1)
    expect(await createHandler(ports)()).toEqual({ archived: 1 })
    expect(ports.log.lines).toMatchObject([{ level: 'info', fields: { archived: 1 } }])
  })
})
