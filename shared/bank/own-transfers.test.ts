/** The client of the bank's transfers: what each answer means. */
import { expect, test } from '@jest/globals'
import type { OwnTransfer } from '../books/ports.ts'
import type { Requests } from './http-bank.ts'
import { HttpTransfers, noTransfers } from './own-transfers.ts'

const transfer: OwnTransfer = {
  reference: 'SFG-20261129-KRW-500',
  from: 'operating',
  to: 'safeguarded',
  amountMinor: 500,
  currency: 'KRW',
}
const movement = {
  ...{ account: 'operating', amount: -500, currency: 'KRW', bankReference: 'BK1' },
  ...{ bookedOn: '2026-11-30', valueOn: '2026-11-30' },
}

function transfersThat(send: () => Promise<{ statusCode: number; text: string }>) {
  const sent: unknown[] = []
  const requests: Requests = {
    send: request => {
      sent.push(request)
      return send()
    },
  }
  return { transfers: new HttpTransfers({ requests, timeoutMs: 1_000 }), sent }
}

const answering = (statusCode: number, body: unknown) =>
  transfersThat(async () => ({ statusCode, text: JSON.stringify(body) }))

test('a transfer is put under its reference', async () => {
  const { transfers, sent } = answering(200, { reference: transfer.reference, movements: [movement] })
  expect(await transfers.transfer(transfer)).toEqual({ kind: 'made' })
  expect(sent).toEqual([
    {
      ...{ method: 'PUT', path: '/transfers/SFG-20261129-KRW-500' },
      body: '{"from":"operating","to":"safeguarded","amount":500,"currency":"KRW"}',
    },
  ])
})

test.each([
  ['another transfer of this name', answering(409, { error: 'different_content' }), 'refused'],
  ['a request that is wrong', answering(400, {}), 'refused'],
  ['a bank that cannot write', answering(503, {}), 'unknown'],
  ['no JSON', transfersThat(async () => ({ statusCode: 200, text: 'made' })), 'unknown'],
  ['another answer', answering(200, { reference: 'SFG-2', movements: [] }), 'unknown'],
  ['no answer', transfersThat(async () => Promise.reject(new Error('connection refused'))), 'unknown'],
])('%s is said', async (_, { transfers }, kind) => {
  expect(await transfers.transfer(transfer)).toMatchObject({ kind, detail: expect.any(String) })
})

test('where there is no bank nothing is moved', async () => {
  expect(await noTransfers.transfer(transfer)).toMatchObject({ kind: 'refused' })
})
