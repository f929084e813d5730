// What ncurses.c and terminal.c share: the tty underneath curses.

#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

// Flags set by signal handlers, cleared by cn_wait. A signal may be delivered to any thread, so they
// are atomic.
extern atomic_int cn_resize_pending, cn_stop_pending, cn_continue_pending, cn_termination_pending;

// The reading end of the pipe that cn_wake and signal handlers write to; -1 if it failed.
int cn_wake_pipe(void);

// Empties the pipe; returns whether cn_wake wrote to it.
bool cn_drain_wake_pipe(void);

// Remembers the modes of the tty, and its descriptors for the way out.
void cn_save_terminal(int input, int output);

// Whether the terminal is this program's to read and set; true where there is no job control.
bool cn_is_in_foreground(void);

// Puts the remembered modes back, unless the terminal is in another program's hands.
void cn_restore_modes(void);

// Sends text to the tty, past curses.
void cn_send(const char *text);

// Adds text to what is sent when the program dies, without padding marks.
void cn_add_to_restoration(const char *text);

// Signals that make cn_wait return; to be installed before curses installs its own.
void cn_catch_signals(void);

// Signals a program dies of, and exit(): restore the terminal first.
void cn_catch_crashes(void);

// Back to the handlers there were before.
void cn_release_signals(void);

void cn_capture_stderr(void);
void cn_release_stderr(void);

// Stops the process group until it is continued.
void cn_stop(void);
