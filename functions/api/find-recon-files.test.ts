/** GET /operator/reconciliation/files. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/find-recon-files.ts'
import { FakeReconReader, fileOf } from '../../shared/reconciliation/fake-recon-reader.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectOperatorsOnly, operatorRoute } from '../../test/unit/operator-route.ts'
import { createHandler } from './find-recon-files.ts'

const ROUTE = 'GET /operator/reconciliation/files'

async function route() {
  const reader = new FakeReconReader()
  reader.files.push(fileOf(1), fileOf(2, { state: 'REJECTED', failure: 'line 3' }), fileOf(3))
  return { reader, ...(await operatorRoute(createHandler, ROUTE, reader.operatorPorts())) }
}

describe(ROUTE, () => {
  test('200 with the newest that fit first; the cursor leads to the rest', async () => {
    const { send } = await route()
    const query = { state: 'DONE', limit: '1' }
    const first = contract.answers[200].parse(jsonOf(await send({ query })))
    const second = contract.answers[200].parse(jsonOf(await send({ query: { ...query, cursor: first.nextCursor! } })))

    expect(first.items.map(({ fileId }) => fileId)).toEqual([fileOf(3).fileId])
    expect(second).toMatchObject({ items: [{ fileId: fileOf(1).fileId }], nextCursor: null })
  })

  test.each<Record<string, string>>([{ cursor: 'abc' }, { state: 'OPEN' }, { sourceId: 'a b' }])(
    '400 for %p',
    async query => {
      const result = await (await route()).send({ query })

      expect([result.statusCode, jsonOf(result).details.problems[0].path]).toEqual([400, `/${Object.keys(query)[0]}`])
    },
  )

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    await expectOperatorsOnly(await route())
  })

  test('503 when the database is away', async () => {
    const { reader, send } = await route()
    reader.away = true

    expect((await send()).statusCode).toBe(503)
  })
})
