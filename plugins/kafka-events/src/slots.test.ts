/** Never more at once than there are slots, and first come first served. */
import { describe, expect, test } from '@jest/globals'
import { Slots } from './slots.ts'

describe('Slots', () => {
  test('gives as many as there are and the next in order of asking', async () => {
    const slots = new Slots(2)
    const order: string[] = []
    const take = async (name: string) => {
      const release = await slots.take()
      order.push(name)
      return release
    }
    const [first] = await Promise.all([take('a'), take('b')])
    const third = take('c')
    const fourth = take('d')
    expect(order).toEqual(['a', 'b'])
    first!()
    ;(await third)()
    await fourth
    expect(order).toEqual(['a', 'b', 'c', 'd'])
  })
})
