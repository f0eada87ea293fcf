package dev.holdfast.ha.keeper;

/**
 * Something that is so on a server, and what becomes of it when it is adopted.
 *
 * @param what it is about, in few words
 * @param found how it is now
 * @param becomes what a keeper makes of it, and when
 */
public record Finding(String what, String found, String becomes) {}
