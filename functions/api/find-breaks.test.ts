/** GET /operator/reconciliation/breaks. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/find-breaks.ts'
import { breakOf, FakeReconReader, fileOf } from '../../shared/reconciliation/fake-recon-reader.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectOperatorsOnly, operatorRoute } from '../../test/unit/operator-route.ts'
import { createHandler } from './find-breaks.ts'

const ROUTE = 'GET /operator/reconciliation/breaks'

async function route() {
  const reader = new FakeReconReader()
  reader.breaks.push(
    breakOf(1, { assignee: 'kim', state: 'ASSIGNED' }),
    breakOf(2, { fileId: fileOf(2).fileId, openedOn: '2020-01-02' }),
    breakOf(3, { state: 'RESOLVED', remainingMinor: 0, closedAtMs: 1_000 }),
  )
  return { reader, ...(await operatorRoute(createHandler, ROUTE, reader.operatorPorts())) }
}

const numbersOf = async (query: Record<string, string>) => {
  const body = contract.answers[200].parse(jsonOf(await (await route()).send({ query })))
  return body.items.map(({ breakId }) => Number(breakId.at(-1)))
}

describe(ROUTE, () => {
  test.each<[Record<string, string>, number[]]>([
    [{}, [3, 2, 1]],
    [{ state: 'OPEN,ASSIGNED,PROPOSED' }, [2, 1]],
    [{ state: 'RESOLVED' }, [3]],
    [{ assignee: 'kim' }, [1]],
    [{ fileId: fileOf(2).fileId }, [2]],
    [{ class: 'DATE' }, []],
  ])('200 for %p', async (query, numbers) => {
    expect(await numbersOf(query)).toEqual(numbers)
  })

  test('200 with the age of what is open, page by page', async () => {
    const { send } = await route()
    const first = contract.answers[200].parse(jsonOf(await send({ query: { limit: '2' } })))
    const rest = contract.answers[200].parse(jsonOf(await send({ query: { cursor: first.nextCursor! } })))

    expect(first.items).toMatchObject([
      { businessDays: null, age: null, escalation: null },
      { businessDays: expect.any(Number), age: '>20', escalation: 'finance' },
    ])
    expect(rest).toMatchObject({ items: [{ assignee: 'kim', businessDays: 0, age: '0-1' }], nextCursor: null })
  })

  test.each<Record<string, string>>([
    { cursor: 'abc' },
    { state: 'OPEN,' },
    { state: 'CLOSED' },
    { fileId: 'rcf_1' },
    { assignee: '' },
    { class: 'OVER' },
  ])('400 for %p', async query => {
    const result = await (await route()).send({ query })

    expect([result.statusCode, jsonOf(result).details.problems[0].path]).toEqual([400, `/${Object.keys(query)[0]}`])
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    await expectOperatorsOnly(await route())
  })

  test('503 when the database is away', async () => {
    const { reader, send } = await route()
    reader.away = true

    expect((await send()).statusCode).toBe(503)
  })
})
