/** GET /reconciliation/files/{fileId}. */
import { describe, expect, test } from '@jest/globals'
import { reconFileDetail } from '../../shared/contracts/recon-views.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { FakeReconReader, fileOf } from '../../shared/reconciliation/fake-recon-reader.ts'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './get-recon-file.ts'

const get = async (reader: FakeReconReader, fileId: string) => {
  const call = { route: 'GET /reconciliation/files/{fileId}', pathParameters: { fileId } }
  return (await createHandler({ ...createHandlerPorts(), ...reader.ports })(
    httpEvent(call) as never,
    contextOf(),
  )) as HttpResult
}

const { fileId } = fileOf(1)

function withFile() {
  const reader = new FakeReconReader()
  reader.files.push(fileOf(1))
  reader.totals.push({ fileId, currency: 'KRW', lineCount: 2, netMinor: 9_835, openingMinor: null, closingMinor: null })
  return reader
}

describe('GET /reconciliation/files/{fileId}', () => {
  test('200 with what it says of itself', async () => {
    const result = await get(withFile(), fileId)

    expect(result.statusCode).toBe(200)
    expect(reconFileDetail.parse(jsonOf(result))).toEqual({
      ...{ fileId, sourceId: 'acquirer', name: '1.csv', externalId: 'ACQ-1', revision: 1, day: '2026-11-27' },
      ...{ dueOn: '2026-12-01', state: 'DONE', lineCount: 2, matchedTo: 2, failure: null },
      ...{ receivedAt: '1970-01-01T00:00:00.000Z', doneAt: '1970-01-01T00:00:01.000Z' },
      totals: [{ currency: 'KRW', lineCount: 2, net: 9_835, opening: null, closing: null }],
    })
  })

  test.each([fileOf(2).fileId, 'nonsense', 'rcf_', `${fileId} `])('404 for %p', async other => {
    const result = await get(withFile(), other)

    expect([result.statusCode, jsonOf(result).code]).toEqual([404, 'NOT_FOUND'])
  })

  test('503 when the database is away', async () => {
    const reader = withFile()
    reader.away = true

    expect((await get(reader, fileId)).statusCode).toBe(503)
  })
})
