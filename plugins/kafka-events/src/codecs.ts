/** Teaches kafkajs, which knows gzip only, the other codecs in which brokers store records. */
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import kafkajs from 'kafkajs'
import lz4 from 'lz4-napi'
import snappy from 'snappy'

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>
  decompress(bytes: Buffer): Promise<Buffer>
}

const { CompressionTypes } = kafkajs
// kafkajs's types know the four codecs by their numbers only.
const factories: Record<number, (() => Codec) | undefined> = kafkajs.CompressionCodecs

/** Java's clients write a header before snappy's blocks, and the length before each of them; others write one bare block. */
const XERIAL_MAGIC = Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0])
const XERIAL_HEADER_BYTES = XERIAL_MAGIC.length + 8

const codecs: [type: number, codec: Codec][] = [
  [CompressionTypes.Snappy, { compress: ({ buffer }) => snappy.compress(buffer), decompress: bytes => unsnap(bytes) }],
  [
    CompressionTypes.LZ4,
    { compress: ({ buffer }) => lz4.compressFrame(buffer), decompress: bytes => lz4.decompressFrame(bytes) },
  ],
  [
    CompressionTypes.ZSTD,
    {
      compress: ({ buffer }) => promisify(zlib.zstdCompress)(buffer),
      decompress: bytes => promisify(zlib.zstdDecompress)(bytes),
    },
  ],
]

for (const [type, codec] of codecs) if (isMissing(type)) factories[type] = () => codec

/** In one process with the functions, which may have brought their own. */
function isMissing(type: number): boolean {
  try {
    factories[type]?.()
    return false
  } catch {
    return true
  }
}

async function unsnap(bytes: Buffer): Promise<Buffer> {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return block(bytes)
  const blocks: Promise<Buffer>[] = []
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length; ) {
    const end = at + 4 + bytes.readInt32BE(at)
    blocks.push(block(bytes.subarray(at + 4, end)))
    at = end
  }
  return Buffer.concat(await Promise.all(blocks))
}

const block = async (bytes: Buffer): Promise<Buffer> => (await snappy.uncompress(bytes, { asBuffer: true })) as Buffer
