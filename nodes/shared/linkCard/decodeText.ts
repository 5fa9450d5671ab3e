/** How far into a page its own word on the encoding is looked for, in bytes; HTML allows 1,024. */
const DECLARATION_BYTES = 4096;

const BYTE_ORDER_MARKS: Array<[mark: string, encoding: string]> = [
	['efbbbf', 'utf-8'],
	['feff', 'utf-16be'],
	['fffe', 'utf-16le'],
];

/**
 * The text of a web page. Its byte order mark decides; then bytes that are UTF-8 beyond doubt, since
 * many pages are declared wrongly; then the header, then the page itself; at last UTF-8, or
 * windows-1252 where more is broken than not.
 *
 * @param bytes may end in the middle of a character
 * @param contentType the Content-Type header
 */
export function decodeText(bytes: Buffer, contentType: string): string {
	const start = bytes.toString('hex', 0, 3);
	const marked = BYTE_ORDER_MARKS.find(([mark]) => start.startsWith(mark));
	if (marked !== undefined) return decode(bytes, marked[1]) ?? '';
	const utf8 = decode(bytes, 'utf-8') ?? '';
	const isUtf8 = decode(bytes, 'utf-8', true) !== undefined;
	if (isUtf8 && utf8.length < bytes.length) return utf8;
	const declared = declaredText(bytes, contentType);
	if (declared !== undefined) return declared;
	return isUtf8 || isMostlyWhole(utf8) ? utf8 : (decode(bytes, 'windows-1252') ?? utf8);
}

/** The text by the first declared encoding that exists and is not the UTF-8 that was tried already. */
function declaredText(bytes: Buffer, contentType: string): string | undefined {
	const head = bytes.toString('latin1', 0, DECLARATION_BYTES);
	const header = /charset\s*=\s*["']?([\w:.-]+)/i.exec(contentType)?.[1];
	const inPage =
		/<meta\s[^>]{0,500}?charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(head)?.[1] ??
		/^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w:.-]+)/i.exec(head)?.[1];
	// A page that says of itself in ASCII that it is UTF-16 is not.
	for (const label of [header, inPage?.replace(/^utf-?16.*$/i, 'utf-8')]) {
		if (label === undefined || /^utf-?8$/i.test(label)) continue;
		const text = decode(bytes, label);
		if (text !== undefined) return text;
	}
	return undefined;
}

function isMostlyWhole(text: string): boolean {
	const broken = text.match(/\uFFFD/g)?.length ?? 0;
	const whole = text.match(/[^\0-\x7F\uFFFD]/g)?.length ?? 0;
	return broken <= whole;
}

/** @returns `undefined` for an encoding that nobody knows, or bytes that are not in it when `fatal` */
function decode(bytes: Buffer, label: string, fatal = false): string | undefined {
	try {
		return new TextDecoder(label, { fatal }).decode(bytes, { stream: true });
	} catch {
		return undefined;
	}
}
