/**
 * What senders are told of readings (MAT-16), each message once per receiver. A story is what one reader opens through one link
 * within half an hour (story.ts).
 *
 * | message        | when                                                                                         | key                              |
 * | -------------- | -------------------------------------------------------------------------------------------- | -------------------------------- |
 * | 打开了         | at once, when a story begins                                                                 | `open:<story>:<receiver>`        |
 * | 正在看         | at once, the first time in a story that a view is a minute on screen and is read on          | `reading:<story>:<receiver>`     |
 * | 看完了 / 看了  | two minutes after she has left; when she comes back before, it waits for her to leave again  | `summary:<story>:<receiver>`     |
 * | 又打开了       | when the half hour is over, if she came back and no summary could tell it any more           | `again:<story>:<receiver>`       |
 * | 还有其他人     | when the hour is over, of all unknown readers of a link and its copies beyond the first ones (crowd.ts) | `others:<first link>:<hour>:<receiver>` |
 *
 * - The summary is the one follow-up of further openings that MAT-16 asks for. Only when it has gone out already, is turned off, or
 *   isn't told of this reader, further openings have 又打开了 instead: a story never has more than that.
 * - 正在看 and the summary are told of readers with a name, and of those to whom an addressed link was passed on.
 * - In quiet hours everything waits for their end (notices/sender.ts), but for 正在看, which is not told then: it would no longer be true.
 * - Previews, members of the corp and machines have no views, so there is nothing to tell.
 */
export const MESSAGE_KINDS = { open: 'material_opened', reading: 'material_reading', summary: 'material_read', again: 'material_opened_again', others: 'material_opened_again' } as const

type StoryMessage = 'open' | 'reading' | 'summary' | 'again'
const STORY_MESSAGES: readonly StoryMessage[] = ['open', 'reading', 'summary', 'again']

/** @param story the view that began it */
export const storyKey = (message: StoryMessage, story: number, staffId: number) => `${message}:${story}:${staffId}`
export const othersKey = (chain: number, hour: number, staffId: number) => `others:${chain}:${hour}:${staffId}`

/** Beginnings of all keys under which a view was told, to whomever. */
export const keysOf = (viewId: number) => STORY_MESSAGES.map((message) => `${message}:${viewId}:`)
