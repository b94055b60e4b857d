/** GET /operator/reconciliation/files/{fileId}. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/inspect-recon-file.ts'
import { FakeReconReader, fileOf } from '../../shared/reconciliation/fake-recon-reader.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectOperatorsOnly, operatorRoute } from '../../test/unit/operator-route.ts'
import { createHandler } from './inspect-recon-file.ts'

const ROUTE = 'GET /operator/reconciliation/files/{fileId}'
const { fileId } = fileOf(1)

async function route() {
  const reader = new FakeReconReader()
  reader.files.push(fileOf(1))
  reader.totals.push({ fileId, currency: 'KRW', lineCount: 2, netMinor: 5, openingMinor: null, closingMinor: null })
  return { reader, ...(await operatorRoute(createHandler, ROUTE, reader.operatorPorts())) }
}

const of = (id = fileId) => ({ pathParameters: { fileId: id } })

describe(ROUTE, () => {
  test('200 with what it says of itself', async () => {
    const body = contract.answers[200].parse(jsonOf(await (await route()).send(of())))

    expect(body).toMatchObject({ fileId, lineCount: 2, totals: [{ currency: 'KRW', lineCount: 2, net: 5 }] })
  })

  test.each([fileOf(2).fileId, 'nothing'])('404 for %p', async id => {
    expect((await (await route()).send(of(id))).statusCode).toBe(404)
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    await expectOperatorsOnly(await route(), of())
  })

  test('503 when the database is away', async () => {
    const { reader, send } = await route()
    reader.away = true

    expect((await send(of())).statusCode).toBe(503)
  })
})
