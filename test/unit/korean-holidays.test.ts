/** The holidays in the migration are those of the package that it names. */
import { readFileSync } from 'node:fs'
import { getHolidayPreset } from '@hyunbinseo/holidays-kr'
import { expect, test } from '@jest/globals'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const sql = read('migrations/0017-korean-holidays.sql')
const rows = [...sql.matchAll(/SELECT '(\d{4}-\d\d-\d\d)'(?: AS day)?, '([^']+)'/g)].map(([, day, name]) => [day, name])

test.each(['2025', '2026', '2027'])('%s: the same days with the same names, in order', async year => {
  const days = Object.entries(await getHolidayPreset(year)).map(([day, names]) => [day, names.join(', ')])

  expect(days.length).toBeGreaterThan(15)
  expect(rows.filter(([day]) => day!.startsWith(year))).toEqual(days)
  expect(rows[0]![0]).toBe('2025-01-01')
  expect(days[0]).toEqual([`${year}-01-01`, '1월 1일'])
})

test('there are no others, and their source is the version that is locked', () => {
  const { version } = JSON.parse(read('package-lock.json')).packages['node_modules/@hyunbinseo/holidays-kr']

  expect(new Set(rows.map(([day]) => day!.slice(0, 4)))).toEqual(new Set(['2025', '2026', '2027']))
  expect(sql).toContain(`'@hyunbinseo/holidays-kr ${version}'`)
})
