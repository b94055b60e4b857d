import { expect, test } from '@jest/globals'
import type { Machine } from '../../local/packages.ts'
import { ensureRequirements, unfitReason } from './requirements.ts'

const debianRoot: Machine = { isRoot: true, hasApt: true, platform: 'linux' }

test('Debian and Ubuntu are fit, every other machine is told why not', () => {
  expect(unfitReason(debianRoot)).toBeUndefined()
  expect(unfitReason({ ...debianRoot, hasApt: false })).toContain('no apt-get')
  expect(unfitReason({ ...debianRoot, platform: 'darwin' })).toContain('this is darwin')
})

test('a machine that is not fit, or a user who is not root, is refused before anything is done', async () => {
  const unfit = ensureRequirements('unused.log', { ...debianRoot, platform: 'darwin' })
  await expect(unfit).rejects.toThrow('needs Debian or Ubuntu')
  const failure = await ensureRequirements('unused.log', { ...debianRoot, isRoot: false }).catch(e => e)
  expect(failure).toMatchObject({ message: expect.stringContaining('root'), fix: 'sudo npm run test:fresh' })
})
