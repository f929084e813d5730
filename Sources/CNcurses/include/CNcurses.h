// A terminal as a grid of cells, over ncursesw.
//
// <curses.h> does not get past this header: its globals, macros and variadic functions cannot be
// used from Swift. There is one terminal at a time. Everything but cn_wake belongs to the thread
// that called cn_open.

#pragma once
#include <stdbool.h>
#include <stdint.h>

// One grapheme cluster in its one or two cells; its scalars are passed beside it.
typedef struct {
  int32_t foreground;    // number of the colour, -1 for the terminal's own
  int32_t background;    // number of the colour, -1 for the terminal's own
  uint8_t scalar_count;  // 1 or more
  uint8_t width;         // cells, 1 or 2
  uint8_t attributes;    // cn_bold and so on
} cn_cell;

enum { cn_bold = 1, cn_dim = 2, cn_underline = 4, cn_reverse = 8, cn_italic = 16 };

typedef struct {
  const char *term;     // terminal type, as in $TERM
  int32_t input;        // descriptor to read keys from; -1: standard input or /dev/tty
  int32_t output;       // descriptor to draw on; -1: standard output, which must be a terminal
  int32_t rows;         // size to use; 0 asks the terminal
  int32_t columns;
  bool uses_color;
  bool uses_mouse;
  bool captures_stderr; // keep what is written to a stderr that is a terminal, show it afterwards
} cn_options;

typedef enum __attribute__((enum_extensibility(closed))) cn_status {
  cn_status_opened,
  cn_status_already_open,
  cn_status_not_a_terminal,     // standard output is a file or a pipe
  cn_status_no_keyboard,        // neither standard input nor /dev/tty can be read
  cn_status_type_missing,       // TERM is not set
  cn_status_type_unknown,       // terminfo does not know it
  cn_status_type_unusable,      // it cannot move the cursor, as "dumb"
  cn_status_database_missing,   // there is no terminfo at all
  cn_status_failed              // out of memory or descriptors
} cn_status;

// Why cn_wait returned; all false when its time was over.
typedef struct {
  bool input;          // cn_read has something
  bool input_ended;    // the terminal is gone
  bool woken;          // cn_wake was called
  bool resized;        // cn_size has changed
  bool stop_requested; // SIGTSTP came; answer with cn_suspend
  bool continued;      // the program was stopped and runs again; the screen is to be drawn anew
  int32_t signal;      // SIGINT, SIGTERM or SIGHUP came; 0 if none
} cn_wakeup;

typedef struct {
  int32_t rows;
  int32_t columns;
} cn_screen_size;

// Takes the terminal over: locale, modes, signals, alternate screen. Undone by cn_close, by exit(),
// and when the program dies of SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT or SIGFPE.
cn_status cn_open(const cn_options *options);

// Gives the terminal back and shows the end of what was written to stderr. Does nothing if closed.
void cn_close(void);

cn_screen_size cn_size(void);

// The number of colours, 0 if there are none or they are not wanted.
int32_t cn_color_count(void);

// Whether the locale, or what the environment asks for, is UTF-8.
bool cn_is_utf8(void);

// Whether the mouse is reported.
bool cn_has_mouse(void);

// Puts `count` cells beside each other, the first at (row, column). `scalars` holds scalar_count
// scalars for each cell, one cell after the other. Whatever does not fit on the screen is left out.
// No scalar can do anything but draw: controls become U+FFFD, joiners and variation selectors are
// dropped, and of a cluster that ncurses cannot hold its beginning is drawn. Every cell takes
// exactly its width.
void cn_put(int32_t row, int32_t column, const cn_cell *cells, int32_t count,
            const uint32_t *scalars);

// Reads back what cn_put left in a cell, at most 8 scalars; false outside the screen.
bool cn_get(int32_t row, int32_t column, cn_cell *cell, uint32_t scalars[8]);

// Forgets what the terminal shows: the next cn_flush draws every cell.
void cn_invalidate(void);

// Sends what has changed; shows the terminal's cursor at (row, column), or hides it if row < 0.
void cn_flush(int32_t row, int32_t column);

// Asks the terminal something, where it is of a kind that answers: what it says comes as input.
void cn_ask(const char *question);

// Whether frames are sent in brackets (mode 2026), so that the terminal shows none half drawn.
void cn_set_synchronized(bool is_on);

// Waits until something happens, `milliseconds` are over (0: does not wait, -1: waits for ever).
cn_wakeup cn_wait(int32_t milliseconds);

// Reads at most `count` bytes of input; returns how many, 0 at the end, -1 on failure.
int32_t cn_read(uint8_t *bytes, int32_t count);

// Makes cn_wait return. May be called from any thread and from signal handlers, at any time.
void cn_wake(void);

// Gives the terminal to the shell, stops the process group, and takes it back when continued.
void cn_suspend(void);

// What a key sends, by the name of its terminfo capability ("kcuu1"); NULL if it is not known.
const char *cn_key_string(const char *capability);
