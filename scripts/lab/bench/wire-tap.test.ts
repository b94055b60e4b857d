import { describe, expect, test } from '@jest/globals'
import { briefly, CommandReader } from './wire-tap.ts'

const packet = (sequence: number, payload: Buffer): Buffer => {
  const header = Buffer.alloc(4)
  header.writeUIntLE(payload.length, 0, 3)
  header[3] = sequence
  return Buffer.concat([header, payload])
}
const query = (text: string) => packet(0, Buffer.from(`\x03${text}`))

const commandsIn = (...chunks: Buffer[]): string[] => {
  const found: string[] = []
  const reader = new CommandReader((_, text) => found.push(text))
  for (const chunk of chunks) reader.push(chunk)
  return found
}

describe('CommandReader', () => {
  const login = packet(1, Buffer.from('login'))
  const quit = packet(0, Buffer.from([1]))

  test('finds every command; the login and the good-bye are none', () => {
    expect(commandsIn(login, query('SELECT 1'), query('COMMIT'), quit)).toEqual(['SELECT 1', 'COMMIT'])
  })

  test('packets may come in any pieces', () => {
    const stream = Buffer.concat([login, query('SELECT 1'), query("INSERT 'ü'"), packet(0, Buffer.from([0x0e]))])
    const expected = ['SELECT 1', "INSERT 'ü'", 'command 14']
    expect(commandsIn(stream)).toEqual(expected)
    for (let size = 1; size < 12; size++) {
      const pieces = Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
        stream.subarray(index * size, (index + 1) * size),
      )
      expect(commandsIn(...pieces)).toEqual(expected)
    }
  })
})

describe('briefly', () => {
  test('names statements and tables; a semicolon or a word in a text is none', () => {
    const command = `START TRANSACTION;INSERT INTO payment (a) VALUES ('x; DELETE FROM y', 'it''s \\'; z');
      UPDATE outbox_event SET a = 1;SELECT p.a FROM payment p WHERE b = 'c' FOR UPDATE;COMMIT`
    expect(briefly(command)).toBe(
      'START TRANSACTION; INSERT payment; UPDATE outbox_event; SELECT payment FOR UPDATE; COMMIT',
    )
  })
})
