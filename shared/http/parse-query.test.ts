/** What becomes of a query on its way in. */
import { describe, expect, test } from '@jest/globals'
import { apiErrorOf, englishProblems } from '../../test/unit/api-errors.ts'
import { httpEvent } from '../../test/unit/lambda-events.ts'
import { listQuery } from '../contracts/routes/list-payments.ts'
import { parseQuery } from './parse-query.ts'

describe('parseQuery', () => {
  const queryOf = (rawQueryString: string, refuses = true) => {
    const event = { ...httpEvent({ route: 'GET /payments' }), rawQueryString }
    parseQuery(listQuery, { refuses }).before?.({ event } as never)
    return (event as unknown as { query: unknown }).query
  }
  const pathsOf = (query: string) => englishProblems(apiErrorOf(() => queryOf(query)))

  test('no query is an empty object', () => {
    expect(queryOf('')).toEqual({ limit: 20 })
  })

  test('is decoded: a comma in a merchant is a comma', () => {
    expect(queryOf('merchantId=a%2Cb,c%2B')).toEqual({ merchantId: 'a,b,c+', limit: 20 })
  })

  test('every problem is reported at once', () => {
    expect(
      pathsOf('limit=0&status=paid&off/set=1')
        .map(problem => problem.path)
        .sort(),
    ).toEqual(['/limit', '/off~1set', '/status'])
  })

  test.each(['merchantId=a&merchantId=b', 'merchantId=a&merchantId=a', 'limit=1&limit=1', 'cursor=&cursor='])(
    '%s: a repeated parameter is refused, not joined nor chosen from',
    query => {
      expect(pathsOf(query)).toContainEqual({ path: `/${query.split('=')[0]}`, message: 'is given more than once' })
    },
  )

  test.each(['limit=0', 'limit=5&limit=5', 'x=1'])('%s counts as absent where nothing is refused', query => {
    expect(queryOf(query, false)).toEqual({ limit: 20 })
  })

  test('where nothing is refused, what is repeated hides nothing else', () => {
    expect(queryOf('limit=1&limit=1&merchantId=a', false)).toEqual({ merchantId: 'a', limit: 20 })
  })

  test('an unknown one that is repeated is both', () => {
    expect(pathsOf('x=1&x=2').map(problem => problem.message)).toEqual([
      'is given more than once',
      'is not a known field',
    ])
  })

  test.each(['0x10', '1e1', '+5', ' 5', '5 ', '%205', '5.0', '05', '', '-1', '٥', '1_0', '%ZZ', '1000000000000'])(
    'limit=%s is refused',
    limit => {
      expect(pathsOf(`limit=${limit}`).map(problem => problem.path)).toEqual(['/limit'])
    },
  )
})
