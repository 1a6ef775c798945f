import { describe, expect, it } from 'vitest'
import { type ProblemView, problemPage } from './problem.ts'

const frame = {
  serviceName: 'Harbour',
  stylesheet: '/s.css',
  script: '/s.js',
  passkeyScript: '/p.js',
  icon: '/i.svg',
}
const lost: ProblemView = {
  frame,
  status: 404,
  title: 'There is nothing <here>',
  detail: 'Perhaps "mistyped".',
  requestId: 'req-<1>',
  home: true,
}

describe('problem page', () => {
  it('says what happened, as text', () => {
    const html = problemPage(lost)
    expect(html).toContain('<h1>There is nothing &lt;here&gt;</h1>')
    expect(html).toContain('Perhaps &quot;mistyped&quot;.')
    expect(html).toContain('404')
  })

  it('gives the reference by which support finds the request', () => {
    expect(problemPage(lost)).toContain('<code>req-&lt;1&gt;</code>')
  })

  it('offers the way back only where there is one', () => {
    expect(problemPage(lost)).toContain('href="/"')
    expect(problemPage({ ...lost, home: false })).not.toContain('href="/"')
  })
})
