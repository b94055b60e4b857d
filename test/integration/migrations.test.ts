/** Migrations on a database of their own: a process that is killed in the middle of one keeps nobody from finishing it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { migrate } from '../../shared/stores/migrate.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

let scratch: ScratchDatabase
beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'migrations')
})
afterAll(() => scratch?.drop())

// MariaDB commits each statement about tables by itself, and the note that a migration is applied comes after all of them.
test('what was done and not noted is done again, and only noted', async () => {
  const applied = await scratch.direct.rows<{ name: string }>('SELECT name FROM kysely_migration ORDER BY name')
  const columnsAndIndexes = () =>
    scratch.direct.rows(
      `SELECT table_name, index_name, column_name, seq_in_index FROM information_schema.statistics WHERE table_schema = DATABASE()
       UNION ALL SELECT table_name, column_type, column_name, ordinal_position FROM information_schema.columns
       WHERE table_schema = DATABASE() ORDER BY 1, 2, 3, 4`,
    )
  const before = await columnsAndIndexes()
  await scratch.direct.write('DELETE FROM kysely_migration')

  expect(await migrate(scratch.url)).toEqual(applied.map(({ name }) => name))
  expect(await columnsAndIndexes()).toEqual(before)
})
