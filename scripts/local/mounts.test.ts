import { expect, test } from '@jest/globals'
import { memoryDisksIn } from './mounts.ts'

const mountinfo = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /p/.data/disk-full-1 rw,relatime shared:5 - tmpfs tmpfs rw,size=337920k
31 30 0:41 / /p/.data/disk-full-1/in\\040side rw - tmpfs tmpfs rw
32 22 0:42 / /p/.data/disk-full-12 rw - tmpfs tmpfs rw
33 22 8:2 / /p/.data/main rw - ext4 /dev/sdb rw
34 22 0:43 / /p/.data/-/x rw - tmpfs tmpfs rw
`

test('names memory disks at a folder and in it, the deepest first, and no other folder or kind of disk', () => {
  expect(memoryDisksIn('/p/.data/disk-full-1', mountinfo)).toEqual([
    '/p/.data/disk-full-1/in side',
    '/p/.data/disk-full-1',
  ])
  expect(memoryDisksIn('/p/.data/main', mountinfo)).toEqual([])
  expect(memoryDisksIn('/p/.data/none', mountinfo)).toEqual([])
})
