/** What other clients write is read: snappy in both of its forms, lz4, zstd. */
import { expect, test } from '@jest/globals'
import kafkajs from 'kafkajs'
import snappy from 'snappy'
import './codecs.ts'

const { CompressionTypes } = kafkajs
const codecs = kafkajs.CompressionCodecs as Record<number, () => { compress: Apply; decompress: Apply }>
type Apply = (argument: unknown) => Promise<Buffer>
const text = Buffer.from('값 value '.repeat(5000))

test.each([
  ['snappy', CompressionTypes.Snappy],
  ['lz4', CompressionTypes.LZ4],
  ['zstd', CompressionTypes.ZSTD],
])('%s reads what it wrote', async (_name, type) => {
  const codec = codecs[type]!()
  const compressed = await codec.compress({ buffer: text })
  expect(compressed.length).toBeLessThan(text.length / 10)
  expect((await codec.decompress(compressed)).equals(text)).toBe(true)
})

test('snappy reads the blocks of Java’s clients', async () => {
  const blocks = [text.subarray(0, 32_768), text.subarray(32_768)].map(part => snappy.compressSync(part))
  const length = (bytes: number) => {
    const field = Buffer.alloc(4)
    field.writeInt32BE(bytes)
    return field
  }
  const header = Buffer.concat([Buffer.from([0x82]), Buffer.from('SNAPPY\0'), length(1), length(1)])
  const compressed = Buffer.concat([header, ...blocks.flatMap(block => [length(block.length), block])])
  expect((await codecs[CompressionTypes.Snappy]!().decompress(compressed)).equals(text)).toBe(true)
})
