import { expect, jest, test } from '@jest/globals'
import { closingAfter } from './closers.ts'

test('what was opened last is closed first', async () => {
  const closed: string[] = []
  const result = await closingAfter(async onClose => {
    onClose(async () => void closed.push('system'))
    onClose(async () => void closed.push('generator'))
    return 7
  })
  expect({ result, closed }).toEqual({ result: 7, closed: ['generator', 'system'] })
})

test('a failure closes everything, and a closer that fails leaves none of the others open', async () => {
  const said = jest.spyOn(console, 'error').mockImplementation(() => {})
  const closed: string[] = []
  const failing = closingAfter(async onClose => {
    onClose(async () => void closed.push('system'))
    onClose(() => Promise.reject(new Error('no answer')))
    throw new Error('no figures')
  })
  await expect(failing).rejects.toThrow('no figures')
  expect(closed).toEqual(['system'])
  expect(said).toHaveBeenCalledWith('while taking down: no answer')
  said.mockRestore()
})
