import { asText } from '../../atproto/text';

/**
 * The values of a collection (such as Options), read in the shapes operations need. n8n leaves out
 * what the user did not touch, so every reader says what stands for nothing.
 */
export class ParameterGroup {
	private readonly values: Record<string, unknown>;

	/** @param value as n8n gives it; anything but an object counts as a collection without values */
	constructor(value: unknown) {
		const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
		this.values = isObject ? (value as Record<string, unknown>) : {};
	}

	/** A value as it is. */
	value(name: string): unknown {
		return this.values[name];
	}

	/** A text, trimmed; `''` when there is none. */
	text(name: string): string {
		return asText(this.values[name]).trim();
	}

	/** Whether a switch is on. */
	flag(name: string, unset: boolean): boolean {
		const value = this.values[name];
		return typeof value === 'boolean' ? value : unset;
	}

	/** The chosen one of several choices. */
	choice<T extends string>(name: string, unset: T): T {
		return (this.text(name) || unset) as T;
	}

	/** Several texts: the list of an expression, or a text with commas. Empty ones are left out. */
	texts(name: string): string[] {
		const value = this.values[name];
		const list = Array.isArray(value) ? value.map(asText) : asText(value).split(',');
		return list.map((text) => text.trim()).filter((text) => text !== '');
	}

	/** The values of a collection inside this one; without any when the user did not open it. */
	group(name: string): ParameterGroup {
		return new ParameterGroup(this.values[name]);
	}

	/** Whether the user opened the collection of that name. */
	has(name: string): boolean {
		return this.values[name] !== undefined;
	}

	/** The entries of a list inside this collection. */
	groups(name: string): ParameterGroup[] {
		const value = this.values[name];
		return Array.isArray(value) ? value.map((entry) => new ParameterGroup(entry)) : [];
	}
}
