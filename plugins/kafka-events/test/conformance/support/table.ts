/** Writes the rows as the page that users read. */
import type { Topic } from '../rows/index.ts'
import type { Row, RowTest } from './row.ts'

const head = `# Conformance

What AWS's event source mapping for Apache Kafka does, case by case, and what is done here. AWS is cited where it says so; where its pages say nothing, the row does.
Each row without *not emulated* is a test: most run under \`serverless offline start\` against a real broker (\`test/full/conformance.test.ts\` in the repository; tests are no part of the package).

This page is written from the rows in \`test/conformance/rows/\`: \`node plugins/kafka-events/test/conformance/write-table.ts\`.
`

export function tableText(topics: Topic[]): string {
  const sections = topics.map(({ title, rows }) => `\n## ${title}\n\n${tableOf(rows)}\n`)
  return `${head}${sections.join('')}`
}

function tableOf(rows: Row[]): string {
  const lines = rows.map(({ setting, situation, aws, source, here, test }) =>
    line([`\`${setting}\``, situation, `${aws} ([source](${source}))`, hereText(here), testText(test)]),
  )
  return [line(['setting', 'situation', 'AWS', 'here', 'test']), line(Array(5).fill('---')), ...lines].join('\n')
}

const line = (cells: string[]): string => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`

const hereText = (here: string): string => here.replace(/^not emulated/, '*not emulated*')

function testText(test: RowTest | undefined): string {
  switch (test?.kind) {
    case undefined:
      return ''
    case 'live':
      return `live: ${test.id}`
    case 'elsewhere':
      return `\`${test.file}\``
    default:
      return 'settings'
  }
}
