// Numbers of chapters and of the pages of a preface.
import { fromRoman, toRoman } from './module.mjs';

/** The number in front of a chapter's title. */
export function chapterTitle(number, title) {
  return `${toRoman(number)}. ${title}`;
}

/** The number of a page of the preface, in lower case. */
export function prefacePage(number) {
  return toRoman(number).toLowerCase();
}

/** The year of printing in a line of the catalogue, or undefined if a person has to look. */
export function yearOf(line) {
  try {
    return fromRoman(line.trim().split(' ').at(-1));
  } catch {
    return undefined;
  }
}
