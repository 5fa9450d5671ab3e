/**
 * A language tag as records hold it (BCP 47), from what a person entered: `en`, `pt-br`, `pt_BR`.
 *
 * @returns `undefined` when it is none
 */
export function languageTag(text: string): string | undefined {
	try {
		return Intl.getCanonicalLocales(text.trim().replace(/_/g, '-'))[0];
	} catch {
		return undefined;
	}
}
