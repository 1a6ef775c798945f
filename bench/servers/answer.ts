/** What a bare server answers: given by whoever starts it, so that all variants send the same bytes. */
export interface GivenAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const answer: GivenAnswer = JSON.parse(process.env['ANSWER'] ?? '')

export const port = Number(process.env['PORT'])

/** As Sallyport's listener sets them: the keep-alive time is part of each answer. */
export const timeouts = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 }
