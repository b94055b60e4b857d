/** GET /reconciliation/files. */
import { describe, expect, test } from '@jest/globals'
import { reconFileListView } from '../../shared/contracts/routes/list-recon-files.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { FakeReconReader, fileOf } from '../../shared/reconciliation/fake-recon-reader.ts'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './list-recon-files.ts'

const list = async (reader: FakeReconReader, query?: Record<string, string>) => {
  const ports = { ...createHandlerPorts(), ...reader.ports }
  return (await createHandler(ports)(
    httpEvent({ route: 'GET /reconciliation/files', query }) as never,
    contextOf(),
  )) as HttpResult
}

function withFiles() {
  const reader = new FakeReconReader()
  reader.files.push(
    fileOf(1),
    fileOf(2, { sourceId: 'bank-operating' }),
    fileOf(3, { state: 'REJECTED', failure: 'line 2: the total is wrong', revision: null, doneAtMs: null }),
  )
  return reader
}

const numbersIn = (result: HttpResult) =>
  reconFileListView.parse(jsonOf(result)).items.map(({ fileId }) => Number(fileId.at(-1)))

describe('GET /reconciliation/files', () => {
  test('200 with the newest first; the cursor leads to the rest', async () => {
    const reader = withFiles()
    const first = await list(reader, { limit: '2' })
    const second = await list(reader, { limit: '2', cursor: jsonOf(first).nextCursor })

    expect(first.statusCode).toBe(200)
    expect([numbersIn(first), numbersIn(second)]).toEqual([[3, 2], [1]])
    expect(jsonOf(second).nextCursor).toBeNull()
    expect(jsonOf(first).items[0]).toMatchObject({
      failure: 'line 2: the total is wrong',
      revision: null,
      doneAt: null,
    })
    expect(first.body).not.toContain('aaaa')
  })

  test.each<[Record<string, string>, number[]]>([
    [{ sourceId: 'acquirer' }, [3, 1]],
    [{ state: 'DONE' }, [2, 1]],
    [{ sourceId: 'acquirer', state: 'REJECTED' }, [3]],
    [{ state: 'MATCHING' }, []],
  ])('200 for %p', async (query, numbers) => {
    expect(numbersIn(await list(withFiles(), query))).toEqual(numbers)
  })

  test.each<Record<string, string>>([
    { cursor: 'abc' },
    { cursor: Buffer.from('brk_01M80000000000000000000001').toString('base64url') },
    { limit: '101' },
    { state: 'OPEN' },
    { name: 'x' },
  ])('400 for %p', async query => {
    const result = await list(new FakeReconReader(), query)

    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(query)[0]}` }])
  })

  test('503 when the database is away', async () => {
    const reader = withFiles()
    reader.away = true

    expect((await list(reader)).statusCode).toBe(503)
  })
})
