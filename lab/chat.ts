/** What names a direct message. */
export interface SentMessage {
	id: string;
	convoId: string;
	/** Its place among all that happens in the account's conversations, as a sortable text. */
	rev: string;
}
